using System.Runtime.InteropServices;

namespace UserNvme.Transports.Vfio;

/// <summary><c>struct vfio_region_info_cap_sparse_mmap</c>: the areas of a region that may be mapped. The areas follow.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioRegionInfoCapSparseMmap
{
    /// <summary>Head of the capability.</summary>
    public VfioInfoCapHeader Header;

    /// <summary>Number of <see cref="VfioRegionSparseMmapArea"/> that follow.</summary>
    public uint NrAreas;

    /// <summary>Not used.</summary>
    public uint Reserved;
}
