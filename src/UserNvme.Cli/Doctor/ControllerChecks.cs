using UserNvme.Pci;

namespace UserNvme.Cli.Doctor;

/// <summary>
/// The controllers: at least one must be ready for the driver. One that the kernel has is no fault (the system may run on it), one
/// that vfio-pci has and nobody can use is.
/// </summary>
internal static class ControllerChecks
{
    public static IEnumerable<CheckResult> Run(Patient patient)
    {
        var controllers = PciBus.NvmeControllers(patient.Host);
        var results = controllers.Select(controller => Check(patient, controller)).ToList();
        foreach (var result in results)
            yield return result;

        var ready = results.Count(result => result.Outcome == CheckOutcome.Passed);
        yield return ready > 0
            ? CheckResult.Passed("controllers", $"{ready} of {controllers.Count} ready")
            : CheckResult.Failed("controllers", controllers.Count == 0 ? "this machine has no NVMe controller" : $"none of {controllers.Count} is ready", Advice(controllers));
    }

    private static string Advice(IReadOnlyList<PciDevice> controllers)
    {
        if (controllers.Any(controller => controller.Driver == PciDevice.VfioDriver))
            return "see to those above that are bound to vfio-pci";
        var candidate = controllers.FirstOrDefault(controller => !controller.BlockDevices.Any(disk => disk.InUse));
        return candidate is null
            ? "add a controller that the system does not use, or try the driver on the emulated one (address emulated:)"
            : $"run 'usernvme bind {candidate.Address}' as root once the other preconditions are met";
    }

    private static CheckResult Check(Patient patient, PciDevice controller)
    {
        var name = controller.Address.ToString();
        if (controller.Driver != PciDevice.VfioDriver)
            return OfAnotherDriver(controller, name);
        if (controller.IsNoIommu)
            return CheckResult.Failed(name, "bound in VFIO's no-IOMMU mode, where a killed process leaves it writing into memory of others", "switch the IOMMU on; the driver refuses this mode");
        if (controller.IommuGroup is not { } group)
            return CheckResult.Failed(name, "bound to vfio-pci, but in no IOMMU group", "switch the IOMMU on");

        var foreign = Foreign(controller);
        if (foreign.Count > 0)
            return CheckResult.Failed(name, $"IOMMU group {group} also holds {string.Join(", ", foreign)}", "bind these to vfio-pci as well or leave them without a driver");

        var node = Path.Combine(patient.Host.Dev, "vfio", $"{group}");
        return patient.Open(node) switch
        {
            NodeAccess.Granted => CheckResult.Passed(name, $"bound to vfio-pci, {node} can be opened"),
            NodeAccess.Busy => CheckResult.Passed(name, $"bound to vfio-pci, in use by {Holders(patient, controller)}"),
            NodeAccess.Missing => CheckResult.Failed(name, $"{node} does not exist", $"in a container pass it in (docker run --device {node}); else look into the kernel log (dmesg)"),
            _ => CheckResult.Failed(name, $"{node} may not be opened by this user",
                $"write SUBSYSTEM==\"vfio\", GROUP=\"vfio\", MODE=\"0660\" into /etc/udev/rules.d/99-vfio.rules, make the group (groupadd -r vfio; usermod -aG vfio USER), log in again, and bind the controller again; or 'chown USER {node}' for once"),
        };
    }

    private static CheckResult OfAnotherDriver(PciDevice controller, string name)
    {
        if (controller.Driver is null)
            return CheckResult.Note(name, "has no driver", $"'usernvme bind {name}' gives it to this driver");
        var uses = controller.BlockDevices.SelectMany(disk => disk.WithPartitions).SelectMany(disk => disk.Uses.Select(use => $"{disk.Name} is {use}")).ToList();
        if (uses.Count > 0)
            return CheckResult.Note(name, $"stays with {controller.Driver}: {string.Join(", ", uses)}");
        var foreign = Foreign(controller);
        return foreign.Count == 0
            ? CheckResult.Note(name, $"bound to {controller.Driver}", $"'usernvme bind {name}' gives it to this driver")
            : CheckResult.Note(name, $"bound to {controller.Driver}, and its IOMMU group {controller.IommuGroup} also holds {string.Join(", ", foreign)}", "only the whole group can be given to this driver");
    }

    private static List<PciGroupMember> Foreign(PciDevice controller) =>
        [.. controller.GroupMembers.Where(member => member.Address != controller.Address && member.BlocksVfio)];

    private static string Holders(Patient patient, PciDevice controller)
    {
        var holders = PciBinding.Holders(controller, patient.Host);
        return holders.Count > 0 ? string.Join(", ", holders) : "a process that this one cannot see";
    }
}
