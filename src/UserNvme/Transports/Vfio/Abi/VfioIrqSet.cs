using System.Runtime.InteropServices;

namespace UserNvme.Transports.Vfio;

/// <summary><c>struct vfio_irq_set</c>: attaches interrupts to eventfds. The eventfds (32-bit each) follow.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioIrqSet
{
    /// <summary>Size in bytes of this structure and what follows.</summary>
    public uint Argsz;

    /// <summary>One data type and one action.</summary>
    public VfioIrqSetFlags Flags;

    /// <summary>The interrupt index.</summary>
    public uint Index;

    /// <summary>First interrupt of the index that is meant.</summary>
    public uint Start;

    /// <summary>Number of interrupts; 0 with <see cref="VfioIrqSetFlags.DataNone"/> disables the index.</summary>
    public uint Count;
}
