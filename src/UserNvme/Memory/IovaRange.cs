namespace UserNvme.Memory;

/// <summary>A range of IOVAs that the IOMMU can translate, both ends included.</summary>
public readonly record struct IovaRange(ulong First, ulong Last)
{
    /// <inheritdoc/>
    public override string ToString() => $"0x{First:x}-0x{Last:x}";
}
