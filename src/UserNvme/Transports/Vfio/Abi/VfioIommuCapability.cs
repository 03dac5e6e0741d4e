namespace UserNvme.Transports.Vfio;

/// <summary>Identifiers of the capabilities of <see cref="VfioIommuType1Info"/>; others are skipped.</summary>
internal enum VfioIommuCapability : ushort
{
    /// <summary>The IOVAs that can be mapped: <see cref="VfioIommuType1InfoCapIovaRange"/>.</summary>
    IovaRange = 1,

    /// <summary>Dirty page tracking, for the migration of virtual machines; not used here.</summary>
    Migration = 2,

    /// <summary>How many more mappings can be made: <see cref="VfioIommuType1InfoDmaAvail"/>.</summary>
    DmaAvail = 3,
}
