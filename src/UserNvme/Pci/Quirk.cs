namespace UserNvme.Pci;

/// <summary>One line of the quirk table.</summary>
/// <param name="VendorId">The PCI vendor.</param>
/// <param name="DeviceId">The PCI device.</param>
/// <param name="Flags">What to do differently.</param>
/// <param name="Reason">Why, and who found out.</param>
public sealed record Quirk(ushort VendorId, ushort DeviceId, NvmeQuirks Flags, string Reason);
