using System.Runtime.InteropServices;

namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>Request and reply of DEVICE_GET_INFO.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioUserDeviceInfo
{
    /// <summary>Bytes that the client takes, or that the server has.</summary>
    public uint Argsz;

    /// <summary>What the device can do.</summary>
    public VfioUserDeviceFlags Flags;

    /// <summary>Highest region index + 1; a PCI device has 9.</summary>
    public uint NumRegions;

    /// <summary>Highest interrupt type + 1; a PCI device has 5.</summary>
    public uint NumIrqs;
}
