using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using UserNvme.Memory;

namespace UserNvme.Transports.Vfio;

/// <summary>What a container's IOMMU can do, read from the answer to VFIO_IOMMU_GET_INFO.</summary>
/// <param name="PageSizes">Page sizes: bit n set means 2^n bytes.</param>
/// <param name="Ranges">The IOVAs that can be mapped, ascending.</param>
/// <param name="MappingsAvailable">Mappings that can still be made; <see cref="long.MaxValue"/> where the kernel does not say.</param>
internal sealed record VfioIommuInfo(ulong PageSizes, IReadOnlyList<IovaRange> Ranges, long MappingsAvailable)
{
    private const ulong PageSize4K = 4096;

    /// <summary>
    /// Reads an answer. A kernel without the range capability (before 5.4) checks nothing: then only what every x86 IOMMU translates is
    /// allowed, 39 bits without the window of the interrupt messages.
    /// </summary>
    public static VfioIommuInfo Parse(ReadOnlySpan<byte> answer)
    {
        var info = MemoryMarshal.Read<VfioIommuType1Info>(answer);
        var pageSizes = info.Flags.HasFlag(VfioIommuInfoFlags.Pgsizes) ? info.IovaPgsizes : PageSize4K;
        IReadOnlyList<IovaRange>? ranges = null;
        var available = long.MaxValue;

        var chain = new VfioCapabilityChain(answer, info.Flags.HasFlag(VfioIommuInfoFlags.Caps) ? info.CapOffset : 0);
        while (chain.MoveNext())
        {
            switch ((VfioIommuCapability)chain.Header.Id)
            {
                case VfioIommuCapability.IovaRange when chain.TryRead<VfioIommuType1InfoCapIovaRange>(out var body):
                    ranges = [.. chain.ReadItems<VfioIovaRange>(Unsafe.SizeOf<VfioIommuType1InfoCapIovaRange>(), body.NrIovas)
                        .Where(r => r.Start <= r.End)
                        .OrderBy(r => r.Start)
                        .Select(r => new IovaRange(r.Start, r.End))];
                    break;
                case VfioIommuCapability.DmaAvail when chain.TryRead<VfioIommuType1InfoDmaAvail>(out var body):
                    available = body.Avail;
                    break;
            }
        }

        return new VfioIommuInfo(pageSizes, ranges ?? [new(0, 0xFEDF_FFFF), new(0xFEF0_0000, (1ul << 39) - 1)], available);
    }

    /// <summary>Whether all of a stretch lies inside one of the ranges.</summary>
    public bool Allows(ulong iova, ulong length) =>
        length > 0 && Ranges.Any(r => iova >= r.First && iova <= r.Last && length - 1 <= r.Last - iova);
}
