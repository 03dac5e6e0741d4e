namespace UserNvme.Emulation.Dma;

/// <summary>One mapping of the emulated IOMMU: a stretch of IOVAs and where in this process it leads.</summary>
internal readonly unsafe struct DmaMapping(ulong first, ulong length, byte* address)
{
    /// <summary>The first IOVA.</summary>
    public readonly ulong First = first;

    /// <summary>Bytes.</summary>
    public readonly ulong Length = length;

    /// <summary>Where the first IOVA leads.</summary>
    public readonly byte* Address = address;
}
