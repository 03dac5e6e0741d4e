using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using UserNvme.Interop;

namespace UserNvme.Transports.Vfio;

/// <summary>One region of a device: where it lies in the device's file, and which parts of it may be mapped.</summary>
/// <param name="Flags">What may be done with it.</param>
/// <param name="Size">Bytes; 0 where the device has no such region.</param>
/// <param name="Offset">Where it starts in the device's file, in bytes.</param>
/// <param name="MappableAreas">The areas that may be mapped, inside the region, ascending.</param>
internal sealed record VfioRegion(VfioRegionFlags Flags, ulong Size, ulong Offset, IReadOnlyList<VfioRegionSparseMmapArea> MappableAreas)
{
    /// <summary>Asks the device about a region.</summary>
    /// <returns>The region, or null with a negated error number.</returns>
    public static VfioRegion? TryGet(FileDescriptor device, VfioPciRegion index, out int error)
    {
        error = VfioInfoCall.TryAsk(device, VfioIoctl.DeviceGetRegionInfo, Unsafe.SizeOf<VfioRegionInfo>(), (uint)index, out var answer);
        return error < 0 ? null : Parse(answer);
    }

    /// <summary>
    /// Reads an answer to VFIO_DEVICE_GET_REGION_INFO. Without a list of areas the whole region may be mapped; where the kernel lists
    /// areas (the MSI-X table lies in the region and may not be mapped) only those.
    /// </summary>
    public static VfioRegion Parse(ReadOnlySpan<byte> answer)
    {
        var info = MemoryMarshal.Read<VfioRegionInfo>(answer);
        VfioRegionSparseMmapArea[]? areas = null;
        var chain = new VfioCapabilityChain(answer, info.Flags.HasFlag(VfioRegionFlags.Caps) ? info.CapOffset : 0);
        while (chain.MoveNext())
        {
            if ((VfioRegionCapability)chain.Header.Id == VfioRegionCapability.SparseMmap &&
                chain.TryRead<VfioRegionInfoCapSparseMmap>(out var body))
                areas = chain.ReadItems<VfioRegionSparseMmapArea>(Unsafe.SizeOf<VfioRegionInfoCapSparseMmap>(), body.NrAreas);
        }

        areas ??= [new() { Offset = 0, Size = info.Size }];
        return new VfioRegion(
            info.Flags,
            info.Size,
            info.Offset,
            info.Flags.HasFlag(VfioRegionFlags.Mmap)
                ? [.. areas.Where(a => a.Size > 0 && a.Offset < info.Size && a.Size <= info.Size - a.Offset).OrderBy(a => a.Offset)]
                : []);
    }
}
