using System.Runtime.InteropServices;

namespace UserNvme.Transports.Vfio;

/// <summary><c>struct vfio_region_info</c>: one region of a device, such as a BAR or the config space.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioRegionInfo
{
    /// <summary>Size of the buffer in bytes; the kernel raises it to what it needs.</summary>
    public uint Argsz;

    /// <summary>What may be done with the region.</summary>
    public VfioRegionFlags Flags;

    /// <summary>The region's index; set by the caller.</summary>
    public uint Index;

    /// <summary>Offset in bytes of the first capability; 0 where there is none.</summary>
    public uint CapOffset;

    /// <summary>Size of the region in bytes; 0 where the device has no such region.</summary>
    public ulong Size;

    /// <summary>Where the region starts in the device's file, in bytes.</summary>
    public ulong Offset;
}
