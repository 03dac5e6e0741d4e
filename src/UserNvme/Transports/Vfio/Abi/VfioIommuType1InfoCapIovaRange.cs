using System.Runtime.InteropServices;

namespace UserNvme.Transports.Vfio;

/// <summary><c>struct vfio_iommu_type1_info_cap_iova_range</c>: the IOVAs that can be mapped. The ranges follow.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioIommuType1InfoCapIovaRange
{
    /// <summary>Head of the capability.</summary>
    public VfioInfoCapHeader Header;

    /// <summary>Number of <see cref="VfioIovaRange"/> that follow.</summary>
    public uint NrIovas;

    /// <summary>Not used.</summary>
    public uint Reserved;
}
