using System.Runtime.InteropServices;

namespace UserNvme.Transports.Vfio;

/// <summary><c>struct vfio_info_cap_header</c>: the head of each capability that an info call reports.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioInfoCapHeader
{
    /// <summary>Which capability; the identifiers are shared by all capabilities of one info call.</summary>
    public ushort Id;

    /// <summary>Version of this capability's layout.</summary>
    public ushort Version;

    /// <summary>Offset in bytes of the next capability from the start of the info buffer; 0 at the end.</summary>
    public uint Next;
}
