using System.Runtime.InteropServices;

namespace UserNvme.Transports.Vfio;

/// <summary><c>struct vfio_iommu_type1_info</c>: what the IOMMU of a container can do.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioIommuType1Info
{
    /// <summary>Size of the buffer in bytes; the kernel raises it to what it needs.</summary>
    public uint Argsz;

    /// <summary>Which fields are valid.</summary>
    public VfioIommuInfoFlags Flags;

    /// <summary>Page sizes: bit n set means 2^n bytes.</summary>
    public ulong IovaPgsizes;

    /// <summary>Offset in bytes of the first capability; 0 where there is none.</summary>
    public uint CapOffset;
}
