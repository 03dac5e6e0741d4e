namespace UserNvme.Spec;

/// <summary>A logical block address: the index of a block within its namespace, not a byte offset.</summary>
public readonly record struct Lba(ulong Value) : IComparable<Lba>
{
    /// <inheritdoc/>
    public int CompareTo(Lba other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Whether the left address lies before the right one.</summary>
    public static bool operator <(Lba left, Lba right) => left.Value < right.Value;

    /// <summary>Whether the left address lies behind the right one.</summary>
    public static bool operator >(Lba left, Lba right) => left.Value > right.Value;

    /// <summary>Whether the left address is not behind the right one.</summary>
    public static bool operator <=(Lba left, Lba right) => left.Value <= right.Value;

    /// <summary>Whether the left address is not before the right one.</summary>
    public static bool operator >=(Lba left, Lba right) => left.Value >= right.Value;
}
