using System.Runtime.InteropServices;

namespace UserNvme.Transports.Vfio;

/// <summary><c>struct vfio_device_info</c>: what a device offers.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioDeviceInfo
{
    /// <summary>Size of the buffer in bytes; the kernel raises it to what it needs.</summary>
    public uint Argsz;

    /// <summary>Kind of device and what it can do.</summary>
    public VfioDeviceFlags Flags;

    /// <summary>Highest region index + 1.</summary>
    public uint NumRegions;

    /// <summary>Highest interrupt index + 1.</summary>
    public uint NumIrqs;

    /// <summary>Offset in bytes of the first capability; 0 where there is none.</summary>
    public uint CapOffset;
}
