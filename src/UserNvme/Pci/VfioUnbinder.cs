using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace UserNvme.Pci;

/// <summary>Gives one controller back to the kernel's driver, unless a process holds it or another device of its group.</summary>
internal sealed class VfioUnbinder(PciBindOptions options, IKernel kernel)
{
    /// <summary>The kernel's own driver.</summary>
    public const string KernelDriver = "nvme";

    private readonly HostPaths _host = options.Host;

    public PciBindResult Unbind(PciAddress address)
    {
        var device = PciBus.FindNvme(address, _host);
        var driver = new DriverSwitch(address, _host, kernel);
        if (device.Driver is { } other && !PciDevice.IsVfioDriver(other))
        {
            // Not ours to take away. An override that was left behind would catch it at the next boot of the driver, so it goes.
            if (!options.DryRun && HasOverride(address))
                driver.SetOverride(null);
            return new PciBindResult(device, other, other);
        }

        RefuseHeld(device);
        if (options.DryRun)
        {
            ClaimGroup(device)?.Dispose();
            return new PciBindResult(device, device.Driver, KernelDriver);
        }

        // The open group keeps others from opening it between the check and the end of the unbind, which would wait for them.
        using (ClaimGroup(device))
        {
            driver.SetOverride(null);
            driver.Unbind();
        }

        return new PciBindResult(device, device.Driver, GiveToKernel(device, driver));
    }

    private bool HasOverride(PciAddress address) =>
        SysfsFile.ReadText(Path.Combine(_host.PciDevice(address), "driver_override")) is { } text && text.EndsWith("vfio-pci", StringComparison.Ordinal);

    private string GiveToKernel(PciDevice device, DriverSwitch driver)
    {
        string? failure = null;
        if (!Directory.Exists(Path.Combine(_host.PciDrivers, KernelDriver)))
            failure = kernel.LoadModule(KernelDriver);
        if (driver.CurrentDriver is null)
            driver.Probe();
        return driver.CurrentDriver
            ?? throw new NvmeSetupException(SetupProblem.DeviceFailed, device.Address.ToString(),
                $"{device} was taken from {device.Driver ?? "no driver"}, but the kernel's nvme driver did not take it ({failure ?? "the kernel log (dmesg) says why"}), so it has no driver now.");
    }

    // iommufd's node can be open many times: looking is all that can be done there.
    private void RefuseHeld(PciDevice device)
    {
        var holders = PciBinding.Holders(device, _host);
        if (holders.Count > 0)
            throw Held(device, string.Join(", ", holders));
    }

    // Null where there is no group node: no driver, or a kernel that has only iommufd.
    private SafeFileHandle? ClaimGroup(PciDevice device)
    {
        if (VfioNodes.Group(device, _host) is not { } node || !File.Exists(node))
            return null;
        if (kernel.OpenExclusive(node, out var error) is { } claim)
            return claim;
        if (error == LibC.EBUSY)
        {
            // The group file itself may be closed while the device is open, or be open where this process cannot look.
            var suspects = FileHolders.OfAnyVfioDevice(_host);
            throw Held(device, suspects.Count > 0
                ? $"a process, likely {string.Join(" or ", suspects)}"
                : "a process that this one cannot see (another user's, or in another container)");
        }

        var text = Marshal.GetPInvokeErrorMessage(error);
        throw error == LibC.EACCES || error == LibC.EPERM
            ? new NvmeSetupException(SetupProblem.NoPermission, device.Address.ToString(),
                $"{device} stays with {device.Driver}: {node} may not be opened to see that nobody holds it ({text}): run this as root.")
            : new NvmeSetupException(SetupProblem.SystemError, device.Address.ToString(),
                $"{device} stays with {device.Driver}: {node} cannot be opened to see that nobody holds it ({text}).");
    }

    private static NvmeSetupException Held(PciDevice device, string by) =>
        new(SetupProblem.HeldByProcess, device.Address.ToString(),
            $"{device} stays with {device.Driver}: IOMMU group {device.IommuGroup} is held by {by}, which must close it first.");
}
