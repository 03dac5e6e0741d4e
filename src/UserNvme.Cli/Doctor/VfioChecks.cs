using UserNvme.Pci;

namespace UserNvme.Cli.Doctor;

/// <summary>The IOMMU, VFIO's modules and its container node.</summary>
internal static class VfioChecks
{
    public static IEnumerable<CheckResult> Run(Patient patient)
    {
        var host = patient.Host;
        var groups = Names(Path.Combine(host.Sys, "kernel/iommu_groups")).Count(group => !IsFake(host, group));
        yield return groups > 0
            ? CheckResult.Passed("IOMMU", $"on, {groups} groups")
            : CheckResult.Failed("IOMMU", "off or absent: there are no IOMMU groups",
                "switch VT-d or AMD-Vi on in the firmware, and on Intel boot with intel_iommu=on");

        yield return Directory.Exists(Path.Combine(host.Sys, "bus/pci/drivers", PciDevice.VfioDriver))
            ? CheckResult.Passed("vfio-pci", "loaded")
            : CheckResult.Failed("vfio-pci", "not loaded", "run 'modprobe vfio-pci' as root, and write vfio-pci into /etc/modules-load.d/vfio.conf to keep it");

        yield return Directory.Exists(Path.Combine(host.Sys, "module/vfio_iommu_type1"))
            ? CheckResult.Passed("vfio_iommu_type1", "loaded")
            : CheckResult.Failed("vfio_iommu_type1", "not loaded", "run 'modprobe vfio_iommu_type1' as root");

        var node = Path.Combine(host.Dev, "vfio/vfio");
        yield return patient.Open(node) switch
        {
            NodeAccess.Missing => CheckResult.Failed("VFIO container", $"{node} does not exist", $"load vfio-pci; in a container pass the node in (docker run --device {node})"),
            NodeAccess.Denied => CheckResult.Failed("VFIO container", $"{node} may not be opened by this user", $"run 'chmod 0666 {node}' as root (it gives access to no device); in a container pass the node in"),
            _ => CheckResult.Passed("VFIO container", $"{node} can be opened"),
        };
    }

    // The groups of VFIO's no-IOMMU mode protect nothing.
    private static bool IsFake(HostPaths host, string group)
    {
        var name = Path.Combine(host.Sys, "kernel/iommu_groups", group, "name");
        return File.Exists(name) && File.ReadAllText(name).Trim() == "vfio-noiommu";
    }

    private static IEnumerable<string> Names(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateDirectories(directory).Select(path => Path.GetFileName(path)) : [];
}
