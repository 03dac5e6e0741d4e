namespace UserNvme.Transports.Vfio;

/// <summary>Indexes of the regions of a PCI device.</summary>
internal enum VfioPciRegion : uint
{
    /// <summary>BAR 0, where an NVMe controller has its registers.</summary>
    Bar0 = 0,

    /// <summary>The config space.</summary>
    Config = 7,
}
