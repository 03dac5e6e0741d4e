namespace UserNvme.Emulation;

/// <summary>What the emulated IOMMU can do.</summary>
public sealed record EmulatedDmaDomainOptions
{
    /// <summary>Bits of an IOVA, 32 to 57; 39 is what QEMU's intel-iommu has unless told otherwise.</summary>
    public int AddressWidth { get; init; } = 39;

    /// <summary>How many mappings can exist at once, 1 or more; the kernel's default is 65,535.</summary>
    public int MappingBudget { get; init; } = 65_535;
}
