namespace UserNvme.Pci;

/// <summary>How to bind or unbind.</summary>
public sealed record PciBindOptions
{
    /// <summary>Other controllers that the caller binds as well: their drivers do not make a shared IOMMU group unfit.</summary>
    public IReadOnlyCollection<PciAddress> Together { get; init; } = [];

    /// <summary>Make every check and change nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Where sysfs, procfs and the device nodes are; this machine's by default.</summary>
    public HostPaths Host { get; init; } = HostPaths.Default;
}
