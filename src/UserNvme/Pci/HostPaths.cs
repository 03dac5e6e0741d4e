namespace UserNvme.Pci;

/// <summary>Where the kernel's file systems are: the real ones, or a tree that a test has built.</summary>
public sealed record HostPaths
{
    /// <summary>This machine's.</summary>
    public static HostPaths Default { get; } = new();

    /// <summary>The mount point of sysfs.</summary>
    public string Sys { get; init; } = "/sys";

    /// <summary>The mount point of procfs.</summary>
    public string Proc { get; init; } = "/proc";

    /// <summary>The directory of the device nodes.</summary>
    public string Dev { get; init; } = "/dev";

    /// <summary>Files with the names of PCI vendors and devices; the first that exists is read.</summary>
    public IReadOnlyList<string> PciIdFiles { get; init; } = ["/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids"];

    internal string PciDevices => Path.Combine(Sys, "bus/pci/devices");

    internal string PciDrivers => Path.Combine(Sys, "bus/pci/drivers");

    internal string PciDevice(PciAddress address) => Path.Combine(PciDevices, address.ToString());

    internal string BlockDevice(string name) => Path.Combine(Sys, "class/block", name);

    internal string IommuGroup(int group) => Path.Combine(Sys, "kernel/iommu_groups", $"{group}");

    internal string VfioGroupNode(int group) => Path.Combine(Dev, "vfio", $"{group}");
}
