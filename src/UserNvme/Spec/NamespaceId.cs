namespace UserNvme.Spec;

/// <summary>A namespace identifier (NSID): 1 to 0xFFFFFFFE; 0 where a command has none, 0xFFFFFFFF for all namespaces.</summary>
public readonly record struct NamespaceId(uint Value)
{
    /// <summary>No namespace.</summary>
    public static NamespaceId None => default;

    /// <summary>The broadcast value: all namespaces of the controller.</summary>
    public static NamespaceId All => new(0xFFFF_FFFF);

    /// <inheritdoc/>
    public override string ToString() => Value == uint.MaxValue ? "all" : Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
