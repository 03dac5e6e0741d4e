using UserNvme.Memory;

namespace UserNvme.Tests.Memory;

/// <summary>A domain that keeps its mappings in a list, checks each one like an IOMMU driver, and refuses on command.</summary>
internal class RecordingDomain(string name = "test domain") : IDmaDomain
{
    private readonly Lock _gate = new();

    public Dictionary<ulong, DmaRegion> Mappings { get; } = [];

    public int MapsUntilRefusal { get; set; } = int.MaxValue;

    public bool RefusesUnmap { get; set; }

    public Exception UnmapRefusal { get; init; } = new NvmeSetupException(SetupProblem.DeviceFailed, name, "not unmapped, says the test");

    public string Name => name;

    public IReadOnlyList<IovaRange> AllowedRanges { get; init; } = [new(0, 0xfedf_ffff), new(0xfef0_0000, (1UL << 39) - 1)];

    public ulong PageSizes { get; init; } = 4096 | (2 << 20) | (1 << 30);

    public long MappingsAvailable { get; set; } = long.MaxValue;

    public void Map(DmaRegion region, Iova iova)
    {
        lock (_gate)
        {
            if (MapsUntilRefusal-- <= 0) throw new NvmeSetupException(SetupProblem.MemlockTooSmall, name, "refused by the test");
            var last = iova.Value + region.Length - 1;
            Assert.NotEqual(0UL, iova.Value);
            Assert.Equal(0UL, iova.Value % 4096);
            Assert.Contains(AllowedRanges, r => r.First <= iova.Value && last <= r.Last);
            Assert.DoesNotContain(Mappings, m => m.Key <= last && iova.Value <= m.Key + m.Value.Length - 1);
            Mappings.Add(iova.Value, region);
        }
    }

    public void Unmap(DmaRegion region, Iova iova)
    {
        lock (_gate)
        {
            if (RefusesUnmap) throw UnmapRefusal;
            Assert.Same(region, Mappings[iova.Value]);
            Mappings.Remove(iova.Value);
        }
    }

    /// <summary>The host's address that a device reaches at an IOVA; 0 where nothing is mapped.</summary>
    public nint HostAddress(Iova iova)
    {
        lock (_gate)
        {
            foreach (var (first, region) in Mappings)
                if (iova.Value >= first && iova.Value - first < region.Length) return region.Address + (nint)(iova.Value - first);
            return 0;
        }
    }
}
