namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>Flags of <see cref="VfioUserDeviceInfo"/>.</summary>
[Flags]
internal enum VfioUserDeviceFlags : uint
{
    /// <summary>The device can be reset.</summary>
    Reset = 1 << 0,

    /// <summary>A PCI device.</summary>
    Pci = 1 << 1,
}
