namespace UserNvme.Memory;

/// <summary>Which pages a heap's regions are made of.</summary>
public enum DmaPageSize
{
    /// <summary>2 MB hugepages where the machine has some, else 4 KiB pages and one warning.</summary>
    Auto,

    /// <summary>4 KiB pages: more work for the IOMMU and the TLB; needs no set-up of the machine.</summary>
    FourKilobytes,

    /// <summary>2 MB hugepages or an error.</summary>
    TwoMegabytes,

    /// <summary>1 GB hugepages or an error. Every region is at least 1 GB then.</summary>
    OneGigabyte,
}
