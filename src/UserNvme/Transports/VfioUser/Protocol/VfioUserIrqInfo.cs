using System.Runtime.InteropServices;

namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>Request and reply of DEVICE_GET_IRQ_INFO.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioUserIrqInfo
{
    /// <summary>Bytes that the client takes, or that the server has.</summary>
    public uint Argsz;

    /// <summary>What the interrupts can do.</summary>
    public VfioUserIrqFlags Flags;

    /// <summary>Which type; 2 is MSI-X.</summary>
    public uint Index;

    /// <summary>How many there are.</summary>
    public uint Count;
}
