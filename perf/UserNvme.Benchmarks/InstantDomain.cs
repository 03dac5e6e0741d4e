using UserNvme.Memory;

namespace UserNvme.Benchmarks;

/// <summary>A DMA domain without a device, for queue pairs that have an <see cref="InstantQueue"/> at their other end.</summary>
internal sealed class InstantDomain : IDmaDomain
{
    private readonly List<(ulong Iova, nint Address, ulong Length)> _mappings = [];

    public string Name => "an instant device";

    public IReadOnlyList<IovaRange> AllowedRanges { get; } = [new IovaRange(1UL << 20, (1UL << 39) - 1)];

    public ulong PageSizes => ulong.MaxValue << 12;

    public long MappingsAvailable => long.MaxValue;

    public void Map(DmaRegion region, Iova iova) => _mappings.Add((iova.Value, region.Address, region.Length));

    public void Unmap(DmaRegion region, Iova iova) => _mappings.RemoveAll(m => m.Iova == iova.Value);

    /// <summary>Where an IOVA is in this process.</summary>
    public nint AddressOf(Iova iova)
    {
        var mapping = _mappings.Single(m => iova.Value >= m.Iova && iova.Value - m.Iova < m.Length);
        return mapping.Address + (nint)(iova.Value - mapping.Iova);
    }
}
