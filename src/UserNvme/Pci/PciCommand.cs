namespace UserNvme.Pci;

/// <summary>Bits of the Command register of the configuration space (PCI Local Bus 3.0, 6.2.2; PCIe Base 5.0, 7.5.1.1.3).</summary>
[Flags]
public enum PciCommand : ushort
{
    /// <summary>The device answers nothing but configuration accesses.</summary>
    None = 0,

    /// <summary>The device answers I/O port accesses.</summary>
    IoSpace = 1 << 0,

    /// <summary>The device answers memory accesses: without it BAR0 reads all-ones.</summary>
    MemorySpace = 1 << 1,

    /// <summary>The device may start DMA and send MSI and MSI-X messages.</summary>
    BusMaster = 1 << 2,

    /// <summary>The device may not assert its INTx line.</summary>
    InterruptDisable = 1 << 10,
}
