namespace UserNvme.Memory;

/// <summary>An address as the device sees it, behind the IOMMU. Never 0 for mapped memory (rule 6).</summary>
public readonly record struct Iova(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => $"0x{Value:x}";
}
