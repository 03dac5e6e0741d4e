namespace UserNvme.Transports.Vfio;

/// <summary>Flags of <see cref="VfioDeviceInfo"/>.</summary>
[Flags]
internal enum VfioDeviceFlags : uint
{
    /// <summary>The device supports <see cref="VfioIoctl.DeviceReset"/>.</summary>
    Reset = 1 << 0,

    /// <summary>A PCI device: regions and interrupts have the indexes of <see cref="VfioPciRegion"/> and <see cref="VfioPciIrq"/>.</summary>
    Pci = 1 << 1,

    /// <summary>The answer has capabilities.</summary>
    Caps = 1 << 7,
}
