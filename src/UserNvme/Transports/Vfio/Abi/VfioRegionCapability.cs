namespace UserNvme.Transports.Vfio;

/// <summary>Identifiers of the capabilities of <see cref="VfioRegionInfo"/> that matter for a BAR.</summary>
internal enum VfioRegionCapability : ushort
{
    /// <summary>Only the areas listed may be mapped: <see cref="VfioRegionInfoCapSparseMmap"/>.</summary>
    SparseMmap = 1,

    /// <summary>The pages of the MSI-X table may be mapped together with the rest; the capability has no body.</summary>
    MsixMappable = 3,
}
