namespace UserNvme.Pci;

/// <summary>What sysfs says of a PCI function: a snapshot, taken when it was read. Immutable.</summary>
public sealed class PciDevice
{
    /// <summary>The class code of NVMe I/O controllers: mass storage, non-volatile memory, NVM Express (PCI Code and ID Assignment 1.9).</summary>
    public const uint NvmeClassCode = 0x010802;

    /// <summary>The driver through which this library reaches a controller.</summary>
    public const string VfioDriver = "vfio-pci";

    private readonly Lazy<(string? Vendor, string? Device)> _names;

    internal PciDevice(PciAddress address, Func<ushort, ushort, (string? Vendor, string? Device)> names)
    {
        Address = address;
        _names = new(() => names(VendorId, DeviceId));
    }

    /// <summary>Where it is.</summary>
    public PciAddress Address { get; }

    /// <summary>Vendor identifier.</summary>
    public ushort VendorId { get; internal init; }

    /// <summary>Device identifier.</summary>
    public ushort DeviceId { get; internal init; }

    /// <summary>Vendor identifier of the board; 0 where there is none.</summary>
    public ushort SubsystemVendorId { get; internal init; }

    /// <summary>Device identifier of the board; 0 where there is none.</summary>
    public ushort SubsystemDeviceId { get; internal init; }

    /// <summary>Class, subclass and programming interface, 24 bits.</summary>
    public uint ClassCode { get; internal init; }

    /// <summary>Whether the class code is that of an NVMe I/O controller.</summary>
    public bool IsNvme => ClassCode == NvmeClassCode;

    /// <summary>The vendor's name from pci.ids; null where it is unknown. The file is read at the first call.</summary>
    public string? VendorName => _names.Value.Vendor;

    /// <summary>The device's name from pci.ids; null where it is unknown. The file is read at the first call.</summary>
    public string? DeviceName => _names.Value.Device;

    /// <summary>The NUMA node; -1 where it is unknown.</summary>
    public int NumaNode { get; internal init; }

    /// <summary>The driver that holds it; null for none.</summary>
    public string? Driver { get; internal init; }

    /// <summary>The IOMMU group; null where the device is in none (no IOMMU, or it is off).</summary>
    public int? IommuGroup { get; internal init; }

    /// <summary>Whether the group is one that VFIO made up for a device without an IOMMU: nothing keeps its DMA in bounds.</summary>
    public bool IsNoIommu { get; internal init; }

    /// <summary>All PCI functions of the IOMMU group, this one as well; empty without a group.</summary>
    public IReadOnlyList<PciGroupMember> GroupMembers { get; internal init; } = [];

    /// <summary>The disks that the kernel's nvme driver made of it; empty under any other driver.</summary>
    public IReadOnlyList<PciBlockDevice> BlockDevices { get; internal init; } = [];

    /// <summary>Address and identifiers: "0000:01:00.0 (144d a808)".</summary>
    public override string ToString() => $"{Address} ({VendorId:x4} {DeviceId:x4})";

    /// <summary>Whether a driver is vfio-pci or one of its vendor variants (mlx5-vfio-pci, nvgrace_gpu_vfio_pci).</summary>
    internal static bool IsVfioDriver(string driver) =>
        driver.EndsWith("vfio-pci", StringComparison.Ordinal) || driver.EndsWith("vfio_pci", StringComparison.Ordinal);
}
