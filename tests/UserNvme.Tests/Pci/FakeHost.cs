using UserNvme.Pci;

namespace UserNvme.Tests.Pci;

/// <summary>A sysfs, procfs and /dev in a directory of its own, laid out as Linux does it: real files and real symbolic links.</summary>
internal sealed class FakeHost : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("usernvme-host-").FullName;
    private readonly List<string> _mounts = [];
    private readonly List<string> _swaps = ["Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority"];
    private int _minor;

    public FakeHost()
    {
        Paths = new HostPaths
        {
            Sys = Path.Combine(_root, "sys"),
            Proc = Path.Combine(_root, "proc"),
            Dev = Path.Combine(_root, "dev"),
            PciIdFiles = [Path.Combine(_root, "missing.ids"), Path.Combine(_root, "pci.ids")],
        };
        foreach (var directory in (string[])[Paths.PciDevices, Paths.PciDrivers, Path.Combine(Paths.Sys, "class/block"), Path.Combine(Paths.Proc, "self"), Path.Combine(Paths.Dev, "vfio")])
            Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(_root, "pci.ids"), "# comment\n1b36  Red Hat, Inc.\n\t000d  QEMU XHCI\n\t0010  QEMU NVM Express Controller\n\t\t1af4 1100  Board\n8086  Intel\n\t5845  QEMU old NVMe\nC 01  Mass storage\n");
        WriteTables();
    }

    public HostPaths Paths { get; }

    public string DeviceDirectory(string address) => Path.Combine(Paths.Sys, "devices/pci0000:00", address);

    public PciAddress AddController(string address, int? group = 14, string? driver = "nvme") =>
        AddFunction(address, 0x010802, group, driver, 0x1b36, 0x0010);

    public PciAddress AddFunction(string address, uint classCode, int? group, string? driver, ushort vendor = 0x8086, ushort device = 0x1234)
    {
        var directory = DeviceDirectory(address);
        Directory.CreateDirectory(directory);
        Write(directory, "vendor", $"0x{vendor:x4}\n");
        Write(directory, "device", $"0x{device:x4}\n");
        Write(directory, "subsystem_vendor", "0x1af4\n");
        Write(directory, "subsystem_device", "0x1100\n");
        Write(directory, "class", $"0x{classCode:x6}\n");
        Write(directory, "numa_node", "1\n");
        Write(directory, "driver_override", "(null)\n");
        Link(Path.Combine(Paths.PciDevices, address), directory);
        if (group is { } number)
        {
            var members = Path.Combine(Paths.IommuGroup(number), "devices");
            Directory.CreateDirectory(members);
            Write(Paths.IommuGroup(number), "type", "DMA\n");
            Link(Path.Combine(members, address), directory);
            Link(Path.Combine(directory, "iommu_group"), Paths.IommuGroup(number));
        }

        if (driver is not null)
            BindTo(address, driver);
        return PciAddress.Parse(address);
    }

    public void AddDriver(string driver)
    {
        var directory = Path.Combine(Paths.PciDrivers, driver);
        Directory.CreateDirectory(directory);
        Write(directory, "unbind", "");
        Write(Paths.PciDrivers, "../drivers_probe", "");
    }

    public void BindTo(string address, string driver)
    {
        AddDriver(driver);
        Link(Path.Combine(DeviceDirectory(address), "driver"), Path.Combine(Paths.PciDrivers, driver));
        Link(Path.Combine(Paths.PciDrivers, driver, address), DeviceDirectory(address));
    }

    /// <summary>Takes a device from its driver, and its disks with it.</summary>
    public void Unbind(string address)
    {
        var link = Path.Combine(DeviceDirectory(address), "driver");
        File.Delete(Path.Combine(new FileInfo(link).LinkTarget!, address));
        File.Delete(link);
        if (Directory.Exists(Path.Combine(DeviceDirectory(address), "nvme")))
            Directory.Delete(Path.Combine(DeviceDirectory(address), "nvme"), recursive: true);
    }

    /// <summary>A namespace of a controller. With <paramref name="pathName"/> it is one of several paths to the disk.</summary>
    public void AddDisk(string address, string disk, string? pathName = null, params string[] partitions)
    {
        var instance = Path.Combine(DeviceDirectory(address), "nvme", "nvme" + disk.Split('n', 'v', 'm', 'e').First(part => part.Length > 0));
        Directory.CreateDirectory(Path.Combine(instance, pathName ?? disk));
        var directory = pathName is null
            ? Path.Combine(instance, disk)
            : Path.Combine(Paths.Sys, "devices/virtual/nvme-subsystem/nvme-subsys0", disk);
        AddBlockDevice(directory, disk);
        foreach (var partition in partitions)
        {
            AddBlockDevice(Path.Combine(directory, partition), partition);
            Write(Path.Combine(directory, partition), "partition", "1\n");
        }
    }

    public void AddHolder(string device, string holder, string? mapperName = null)
    {
        if (!Directory.Exists(Paths.BlockDevice(holder)))
            AddBlockDevice(Path.Combine(Paths.Sys, "devices/virtual/block", holder), holder);
        if (mapperName is not null)
        {
            Directory.CreateDirectory(Path.Combine(Paths.BlockDevice(holder), "dm"));
            Write(Path.Combine(Paths.BlockDevice(holder), "dm"), "name", mapperName + "\n");
        }

        Link(Path.Combine(Paths.BlockDevice(device), "holders", holder), Paths.BlockDevice(holder));
    }

    public void Mount(string device, string point) =>
        Mount(File.ReadAllText(Path.Combine(Paths.BlockDevice(device), "dev")).Trim(), Path.Combine(Paths.Dev, device), point);

    public void Mount(string numbers, string source, string point, string options = "rw,noatime")
    {
        _mounts.Add($"36 35 {numbers} / {point} {options} shared:1 master:1 - ext4 {source} rw");
        WriteTables();
    }

    public void SwapOn(string device)
    {
        _swaps.Add($"{Path.Combine(Paths.Dev, device)}                          partition\t1048572\t0\t-2");
        WriteTables();
    }

    public void AddProcess(int pid, string command, params string[] openFiles)
    {
        var directory = Path.Combine(Paths.Proc, $"{pid}");
        Directory.CreateDirectory(Path.Combine(directory, "fd"));
        Write(directory, "comm", command + "\n");
        for (var i = 0; i < openFiles.Length; i++)
            Link(Path.Combine(directory, "fd", $"{i}"), openFiles[i]);
    }

    public void ReserveHugepages(int node, int kilobytes, int total, int free)
    {
        var directory = Path.Combine(Paths.Sys, $"devices/system/node/node{node}/hugepages/hugepages-{kilobytes}kB");
        Directory.CreateDirectory(directory);
        Write(directory, "nr_hugepages", $"{total}\n");
        Write(directory, "free_hugepages", $"{free}\n");
    }

    public void LimitMemlock(string limit) =>
        SetProc("self/limits", $"Limit                     Soft Limit           Hard Limit           Units     \nMax locked memory         {limit,-20} {limit,-20} bytes     \n");

    public void SetProc(string file, string text)
    {
        var path = Path.Combine(Paths.Proc, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public void SetMountNamespace(string process, string target) => Link(Path.Combine(Paths.Proc, process, "ns/mnt"), target);

    public void AddVfioGroupNode(int group) => File.WriteAllText(Paths.VfioGroupNode(group), "");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static void Write(string directory, string attribute, string text) => File.WriteAllText(Path.Combine(directory, attribute), text);

    private static void Link(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.CreateSymbolicLink(path, target);
    }

    private void AddBlockDevice(string directory, string name)
    {
        Directory.CreateDirectory(Path.Combine(directory, "holders"));
        Write(directory, "dev", $"259:{_minor++}\n");
        Write(directory, "size", "2048\n");
        Link(Paths.BlockDevice(name), directory);
        File.WriteAllText(Path.Combine(Paths.Dev, name), "");
    }

    private void WriteTables()
    {
        File.WriteAllLines(Path.Combine(Paths.Proc, "self/mountinfo"), _mounts);
        File.WriteAllLines(Path.Combine(Paths.Proc, "swaps"), _swaps);
    }
}
