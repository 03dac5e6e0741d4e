using UserNvme.Interop;
using UserNvme.Pci;

namespace UserNvme.Transports.Vfio;

/// <summary>Why a group cannot be opened, in sentences that say what to do about it.</summary>
internal static class VfioGroupError
{
    /// <summary>The error for a group file that the kernel did not open.</summary>
    /// <param name="error">The error number, positive.</param>
    /// <param name="device">The device whose group it is.</param>
    /// <param name="group">The group's number.</param>
    /// <param name="host">Where the device nodes and processes are.</param>
    public static NvmeSetupException ForOpen(int error, PciDevice device, int group, HostPaths host)
    {
        var path = host.VfioGroupNode(group);
        var address = device.Address.ToString();
        if (error == Errno.EACCES || error == Errno.EPERM)
            return new(SetupProblem.NoPermission, address,
                $"{path}, the IOMMU group of {address}, may not be opened by this user: put the user into a group and write the udev rule " +
                $"SUBSYSTEM==\"vfio\", GROUP=\"that group\", MODE=\"0660\" into /etc/udev/rules.d/99-vfio.rules, or chown the file.");
        if (error == Errno.EBUSY)
            return new(SetupProblem.HeldByProcess, address,
                $"IOMMU group {group} of {address} is held by {Holders(path, host)}: end it first, a group belongs to one process at a time.");
        // Normally sysfs has said so before; but the node is what the kernel makes, and this is the one kind that is never opened (rule 7).
        if (error == Errno.ENOENT && File.Exists(Path.Combine(host.Dev, "vfio", $"noiommu-{group}")))
            return NoIommuMode(address);
        if (error == Errno.ENOENT || error == Errno.ENXIO || error == Errno.ENODEV)
            return new(SetupProblem.Unsupported, address,
                $"{path}, the IOMMU group of {address}, does not exist although the device is bound to {device.Driver ?? "no driver"}: in a container, pass the file in (--device {path}); otherwise the kernel's log says why.");
        return new(SetupProblem.SystemError, address, $"{path}, the IOMMU group of {address}, cannot be opened: {Errno.Describe(error)}.");
    }

    /// <summary>The error for a device that VFIO offers without an IOMMU.</summary>
    public static NvmeSetupException NoIommuMode(string address) => new(SetupProblem.NoIommu, address,
        $"{address} is behind no IOMMU (VFIO's no-IOMMU mode), where a killed process leaves the device writing into freed memory: switch the IOMMU on in the firmware and with intel_iommu=on or amd_iommu=on.");

    /// <summary>The error that names the members whose drivers keep VFIO from the group; null where there are none.</summary>
    public static NvmeSetupException? NotViable(PciAddress address, int group, HostPaths host)
    {
        // Read again: what sysfs said when the device was looked up may have changed since.
        var blockers = PciBus.Find(address, host).GroupMembers.Where(m => m.BlocksVfio).ToList();
        return blockers.Count == 0 ? null : new(SetupProblem.GroupNotViable, address.ToString(),
            $"Group {group} of {address} also holds {string.Join(", ", blockers)}: bind {(blockers.Count == 1 ? "it" : "them")} to vfio-pci or leave {(blockers.Count == 1 ? "it" : "them")} without a driver.");
    }

    private static string Holders(string path, HostPaths host)
    {
        var holders = FileHolders.Of([path], host);
        return holders.Count > 0 ? string.Join(", ", holders) : $"a process that this user cannot see (as root: fuser -v {path})";
    }
}
