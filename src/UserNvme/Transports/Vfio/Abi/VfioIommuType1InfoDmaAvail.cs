using System.Runtime.InteropServices;

namespace UserNvme.Transports.Vfio;

/// <summary><c>struct vfio_iommu_type1_info_dma_avail</c>: the mapping budget.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioIommuType1InfoDmaAvail
{
    /// <summary>Head of the capability.</summary>
    public VfioInfoCapHeader Header;

    /// <summary>Number of mappings that can still be made in the container.</summary>
    public uint Avail;
}
