using System.Runtime.InteropServices;

namespace UserNvme.Transports.Vfio;

/// <summary><c>struct vfio_region_sparse_mmap_area</c>: one area that may be mapped.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioRegionSparseMmapArea
{
    /// <summary>Offset in bytes from the start of the region.</summary>
    public ulong Offset;

    /// <summary>Size in bytes.</summary>
    public ulong Size;
}
