using System.Runtime.InteropServices;

namespace UserNvme.Transports.Vfio;

/// <summary><c>struct vfio_iommu_type1_dma_map</c>: maps memory of this process for the devices of a container.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioIommuType1DmaMap
{
    /// <summary>Size of this structure in bytes.</summary>
    public uint Argsz;

    /// <summary>What the devices may do.</summary>
    public VfioDmaMapFlags Flags;

    /// <summary>Address in this process, a multiple of the IOMMU's smallest page.</summary>
    public ulong Vaddr;

    /// <summary>Address as the devices see it, a multiple of the IOMMU's smallest page.</summary>
    public ulong Iova;

    /// <summary>Bytes, a multiple of the IOMMU's smallest page.</summary>
    public ulong Size;
}
