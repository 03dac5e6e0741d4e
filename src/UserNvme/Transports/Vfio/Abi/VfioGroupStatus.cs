using System.Runtime.InteropServices;

namespace UserNvme.Transports.Vfio;

/// <summary><c>struct vfio_group_status</c>: whether a group can be used.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioGroupStatus
{
    /// <summary>Size of this structure in bytes; set by the caller.</summary>
    public uint Argsz;

    /// <summary>The answer.</summary>
    public VfioGroupFlags Flags;
}
