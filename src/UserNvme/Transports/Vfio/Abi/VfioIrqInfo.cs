using System.Runtime.InteropServices;

namespace UserNvme.Transports.Vfio;

/// <summary><c>struct vfio_irq_info</c>: the interrupts of one index.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioIrqInfo
{
    /// <summary>Size of this structure in bytes; set by the caller.</summary>
    public uint Argsz;

    /// <summary>What may be done with the interrupts.</summary>
    public VfioIrqFlags Flags;

    /// <summary>The interrupt index; set by the caller.</summary>
    public uint Index;

    /// <summary>Number of interrupts with this index; 0 where the device has none.</summary>
    public uint Count;
}
