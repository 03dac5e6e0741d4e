namespace UserNvme.Pci;

/// <summary>The device nodes through which a process can hold a controller: its group's, and iommufd's own of the device.</summary>
internal static class VfioNodes
{
    public static IReadOnlyList<string> Of(PciDevice device, HostPaths host)
    {
        var nodes = SysfsFile.List(Path.Combine(host.PciDevice(device.Address), "vfio-dev"))
            .Select(name => Path.Combine(host.Dev, "vfio/devices", name))
            .ToList();
        if (device.IommuGroup is { } group && device.Driver is not null)
            nodes.Add(host.VfioGroupNode(group));
        return nodes;
    }
}
