namespace UserNvme.VmTests.Guest;

/// <summary>One of the guest's NVMe controllers (tests/vm/devices.sh), found by its serial number while the kernel's driver still has it.</summary>
public sealed record GuestController(string Serial, string Address)
{
    // Read once, before the first test takes a controller away from the kernel.
    private static readonly Dictionary<string, GuestController> s_all = Discover();

    /// <summary>3 GiB in blocks of 512 bytes.</summary>
    public static GuestController Data512 => s_all["DATA512"];

    /// <summary>1 GiB in blocks of 4096 bytes.</summary>
    public static GuestController Data4096 => s_all["DATA4096"];

    /// <summary>Namespaces of all kinds: 1 ordinary, 2 with metadata and protection information, 3 zoned, 4 detached, 5 with metadata only.</summary>
    public static GuestController Many => s_all["MANY"];

    /// <summary>Shares its IOMMU group with <see cref="Twin1"/>.</summary>
    public static GuestController Twin0 => s_all["TWIN0"];

    /// <summary>Shares its IOMMU group with <see cref="Twin0"/>.</summary>
    public static GuestController Twin1 => s_all["TWIN1"];

    /// <summary>A physical function of SR-IOV without a namespace.</summary>
    public static GuestController Shared => s_all["SHARED"];

    public static GuestController Find(string serial) => s_all[serial];

    public string SysfsPath => $"/sys/bus/pci/devices/{Address}";

    /// <summary>The name of the driver that has the device, or null.</summary>
    public string? Driver => LinkName("driver");

    /// <summary>The number of the IOMMU group, or null without an IOMMU.</summary>
    public string? IommuGroup => LinkName("iommu_group");

    /// <summary>The kernel's name of the controller, such as nvme0. It changes each time the kernel's driver gets the device.</summary>
    public string KernelName => Path.GetFileName(Directory.GetDirectories($"{SysfsPath}/nvme").Single());

    private string? LinkName(string name) => Path.GetFileName(new FileInfo($"{SysfsPath}/{name}").LinkTarget);

    private static Dictionary<string, GuestController> Discover() =>
        Directory.GetDirectories("/sys/class/nvme").ToDictionary(
            path => File.ReadAllText($"{path}/serial").Trim(),
            path => new GuestController(File.ReadAllText($"{path}/serial").Trim(), File.ReadAllText($"{path}/address").Trim()));
}
