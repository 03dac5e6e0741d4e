namespace UserNvme.Pci;

/// <summary>The device nodes through which a process can hold a controller: its group's, and iommufd's own of the device.</summary>
internal static class VfioNodes
{
    public static IReadOnlyList<string> Of(PciDevice device, HostPaths host)
    {
        var nodes = SysfsFile.List(Path.Combine(host.PciDevice(device.Address), "vfio-dev"))
            .Select(name => Path.Combine(host.Dev, "vfio/devices", name))
            .ToList();
        if (Group(device, host) is { } group)
            nodes.Add(group);
        return nodes;
    }

    /// <summary>The node of the device's group; null where the device is in none or has no driver.</summary>
    public static string? Group(PciDevice device, HostPaths host) =>
        device.Driver is null || device.IommuGroup is not { } group ? null
        : device.IsNoIommu ? Path.Combine(host.Dev, "vfio", $"noiommu-{group}")
        : host.VfioGroupNode(group);
}
