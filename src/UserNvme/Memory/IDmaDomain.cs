namespace UserNvme.Memory;

/// <summary>
/// What a group of devices can reach by DMA: an IOMMU domain of the kernel, a vfio-user peer, or the emulated controller's table.
/// Cold path only; implementations are thread-safe.
/// </summary>
public interface IDmaDomain
{
    /// <summary>A name for messages, such as "VFIO container of 0000:01:00.0".</summary>
    string Name { get; }

    /// <summary>The IOVA ranges that can be mapped, ascending, not overlapping, reserved windows left out.</summary>
    IReadOnlyList<IovaRange> AllowedRanges { get; }

    /// <summary>The page sizes of the IOMMU: bit n set means 2^n bytes. The lowest is the granule of every mapping.</summary>
    ulong PageSizes { get; }

    /// <summary>How many more mappings can be made; <see cref="long.MaxValue"/> where there is no limit.</summary>
    long MappingsAvailable { get; }

    /// <summary>Makes the whole region readable and writable for the device at <paramref name="iova"/>.</summary>
    /// <exception cref="NvmeSetupException">The mapping is refused: memlock limit, mapping budget, range.</exception>
    void Map(DmaRegion region, Iova iova);

    /// <summary>
    /// Takes a mapping back; returns only when the device side can no longer touch the range.
    /// </summary>
    /// <exception cref="NvmeSetupException">Not everything was unmapped: the memory must not be used again.</exception>
    void Unmap(DmaRegion region, Iova iova);
}
