namespace UserNvme.Transports.Vfio;

/// <summary>The IOMMU drivers that <see cref="VfioIoctl.CheckExtension"/> and <see cref="VfioIoctl.SetIommu"/> know.</summary>
internal enum VfioIommuKind
{
    /// <summary>Type 1, version 2: mappings are taken back as they were made.</summary>
    Type1V2 = 3,

    /// <summary>No translation at all; never used here (rule 7).</summary>
    NoIommu = 8,
}
