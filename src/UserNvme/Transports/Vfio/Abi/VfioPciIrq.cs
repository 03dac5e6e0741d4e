namespace UserNvme.Transports.Vfio;

/// <summary>Indexes of the interrupts of a PCI device.</summary>
internal enum VfioPciIrq : uint
{
    /// <summary>The interrupt line.</summary>
    Intx = 0,

    /// <summary>MSI vectors.</summary>
    Msi = 1,

    /// <summary>MSI-X vectors.</summary>
    Msix = 2,

    /// <summary>Fires on an unrecoverable PCIe error.</summary>
    Err = 3,

    /// <summary>Fires when the kernel wants the device back.</summary>
    Req = 4,
}
