using System.Runtime.InteropServices;

namespace UserNvme.Transports.Vfio;

/// <summary><c>struct vfio_iova_range</c>: one range of IOVAs, both ends included.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioIovaRange
{
    /// <summary>First IOVA.</summary>
    public ulong Start;

    /// <summary>Last IOVA.</summary>
    public ulong End;
}
