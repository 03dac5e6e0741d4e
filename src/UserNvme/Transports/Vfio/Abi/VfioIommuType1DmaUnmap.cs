using System.Runtime.InteropServices;

namespace UserNvme.Transports.Vfio;

/// <summary><c>struct vfio_iommu_type1_dma_unmap</c>: takes a mapping back.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioIommuType1DmaUnmap
{
    /// <summary>Size of this structure in bytes.</summary>
    public uint Argsz;

    /// <summary>0: unmap the range.</summary>
    public uint Flags;

    /// <summary>Where the mapping starts.</summary>
    public ulong Iova;

    /// <summary>Bytes of the mapping; the kernel answers with the bytes that it unmapped, which may be less.</summary>
    public ulong Size;
}
