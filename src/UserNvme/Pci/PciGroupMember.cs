namespace UserNvme.Pci;

/// <summary>A PCI function that shares an IOMMU group: the whole group belongs to VFIO or none of it.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Driver">The driver that holds it; null for none.</param>
public sealed record PciGroupMember(PciAddress Address, string? Driver)
{
    /// <summary>
    /// Whether VFIO refuses the group because of this member's driver. No driver, the VFIO drivers, pci-stub and the port driver
    /// of bridges do no DMA of their own.
    /// </summary>
    public bool BlocksVfio => Driver is not null and not "pci-stub" and not "pcieport" && !PciDevice.IsVfioDriver(Driver);

    /// <summary>Address and driver: "0000:01:00.1 (snd_hda_intel)".</summary>
    public override string ToString() => $"{Address} ({Driver ?? "no driver"})";
}
