namespace UserNvme.Spec;

/// <summary>
/// A version of the specification, as in the VS register, offset 8h (NVMe Base 2.0, 3.1.3.2), and in Identify Controller.
/// </summary>
/// <param name="Value">The raw register.</param>
public readonly record struct NvmeVersion(uint Value) : IComparable<NvmeVersion>
{
    /// <summary>A version by its numbers, such as 1, 4, 0.</summary>
    public NvmeVersion(ushort major, byte minor, byte tertiary)
        : this(((uint)major << 16) | ((uint)minor << 8) | tertiary)
    {
    }

    /// <summary>Major version number.</summary>
    public ushort Mjr => (ushort)(Value >> 16);

    /// <summary>Minor version number.</summary>
    public byte Mnr => (byte)(Value >> 8);

    /// <summary>Tertiary version number.</summary>
    public byte Ter => (byte)Value;

    /// <inheritdoc/>
    public int CompareTo(NvmeVersion other) => Value.CompareTo(other.Value);

    /// <summary>Whether the left version is older.</summary>
    public static bool operator <(NvmeVersion left, NvmeVersion right) => left.Value < right.Value;

    /// <summary>Whether the left version is newer.</summary>
    public static bool operator >(NvmeVersion left, NvmeVersion right) => left.Value > right.Value;

    /// <summary>Whether the left version is not newer.</summary>
    public static bool operator <=(NvmeVersion left, NvmeVersion right) => left.Value <= right.Value;

    /// <summary>Whether the left version is not older.</summary>
    public static bool operator >=(NvmeVersion left, NvmeVersion right) => left.Value >= right.Value;

    /// <summary>"1.4.0".</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Mjr}.{Mnr}.{Ter}");
}
