using System.Globalization;

namespace UserNvme.Pci;

/// <summary>Finds PCI functions in sysfs. Needs no privilege. Thread-safe.</summary>
public static class PciBus
{
    private static readonly PciIds s_ids = new(HostPaths.Default.PciIdFiles);

    /// <summary>All NVMe I/O controllers (class code 0x010802) of the machine, by address; empty where there are none.</summary>
    /// <param name="host">Where sysfs and procfs are; this machine's if null.</param>
    public static IReadOnlyList<PciDevice> NvmeControllers(HostPaths? host = null)
    {
        host ??= HostPaths.Default;
        var addresses = SysfsFile.List(host.PciDevices)
            .Select(name => PciAddress.TryParse(name, out var address) ? address : (PciAddress?)null)
            .OfType<PciAddress>()
            .Where(address => SysfsFile.ReadHex(Path.Combine(host.PciDevice(address), "class")) == PciDevice.NvmeClassCode)
            .Order()
            .ToList();
        if (addresses.Count == 0)
            return [];

        var mounts = MountTable.Read(host);
        return [.. addresses.Select(address => Read(address, host, mounts)).OfType<PciDevice>()];
    }

    /// <summary>The function at an address, of whatever class.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="host">Where sysfs and procfs are; this machine's if null.</param>
    /// <exception cref="NvmeSetupException">There is none (<see cref="SetupProblem.NoSuchDevice"/>).</exception>
    public static PciDevice Find(PciAddress address, HostPaths? host = null)
    {
        host ??= HostPaths.Default;
        return Read(address, host, MountTable.Read(host))
            ?? throw new NvmeSetupException(SetupProblem.NoSuchDevice, address.ToString(),
                $"There is no PCI device {address}: 'usernvme status' lists the NVMe controllers of this machine.");
    }

    /// <summary>The NVMe I/O controller at an address.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="host">Where sysfs and procfs are; this machine's if null.</param>
    /// <exception cref="NvmeSetupException">There is no device (<see cref="SetupProblem.NoSuchDevice"/>), or it is something
    /// else (<see cref="SetupProblem.NotNvme"/>).</exception>
    public static PciDevice FindNvme(PciAddress address, HostPaths? host = null)
    {
        var device = Find(address, host);
        return device.IsNvme
            ? device
            : throw new NvmeSetupException(SetupProblem.NotNvme, address.ToString(),
                $"{device} is not an NVMe controller: its class code is 0x{device.ClassCode:x6}, an NVMe controller's is 0x{PciDevice.NvmeClassCode:x6}.");
    }

    internal static PciDevice? Read(PciAddress address, HostPaths host, MountTable mounts)
    {
        var directory = host.PciDevice(address);
        if (SysfsFile.ReadHex(Path.Combine(directory, "class")) is not { } classCode)
            return null;

        var group = ReadGroup(directory);
        return new PciDevice(address, Names(host))
        {
            ClassCode = classCode,
            VendorId = ReadId(directory, "vendor"),
            DeviceId = ReadId(directory, "device"),
            SubsystemVendorId = ReadId(directory, "subsystem_vendor"),
            SubsystemDeviceId = ReadId(directory, "subsystem_device"),
            NumaNode = (int)(SysfsFile.ReadNumber(Path.Combine(directory, "numa_node")) ?? -1),
            Driver = SysfsFile.ReadLinkName(Path.Combine(directory, "driver")),
            IommuGroup = group,
            IsNoIommu = group is { } number && SysfsFile.ReadText(Path.Combine(host.IommuGroup(number), "name")) == "vfio-noiommu",
            GroupMembers = ReadMembers(directory, host),
            BlockDevices = new BlockDeviceReader(host, mounts).ReadDisks(address),
        };
    }

    private static ushort ReadId(string directory, string attribute) =>
        (ushort)(SysfsFile.ReadHex(Path.Combine(directory, attribute)) ?? 0);

    private static int? ReadGroup(string directory) =>
        int.TryParse(SysfsFile.ReadLinkName(Path.Combine(directory, "iommu_group")), NumberStyles.None, CultureInfo.InvariantCulture, out var group)
            ? group
            : null;

    private static IReadOnlyList<PciGroupMember> ReadMembers(string directory, HostPaths host) =>
        [.. SysfsFile.List(Path.Combine(directory, "iommu_group/devices"))
            .Select(name => PciAddress.TryParse(name, out var member) ? member : (PciAddress?)null)
            .OfType<PciAddress>()
            .Select(member => new PciGroupMember(member, SysfsFile.ReadLinkName(Path.Combine(host.PciDevice(member), "driver"))))];

    private static Func<ushort, ushort, (string? Vendor, string? Device)> Names(HostPaths host) =>
        ReferenceEquals(host, HostPaths.Default) ? s_ids.Find : new PciIds(host.PciIdFiles).Find;
}
