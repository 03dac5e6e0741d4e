using System.Runtime.InteropServices;
using Tmds.Linux;

namespace UserNvme.Pci;

/// <summary>The three sysfs writes that change a device's driver: driver_override, unbind, drivers_probe.</summary>
internal sealed class DriverSwitch(PciAddress address, HostPaths host, IKernel kernel)
{
    /// <summary>The driver that holds the device now.</summary>
    public string? CurrentDriver => SysfsFile.ReadLinkName(Path.Combine(host.PciDevice(address), "driver"));

    /// <summary>Lets only this driver match the device, or with null every driver that fits.</summary>
    public void SetOverride(string? driver) => Write(Path.Combine(host.PciDevice(address), "driver_override"), driver ?? "\n");

    /// <summary>Takes the device from its driver; nothing where it has none.</summary>
    public void Unbind()
    {
        if (CurrentDriver is { } driver)
            Write(Path.Combine(host.PciDrivers, driver, "unbind"), address.ToString());
    }

    /// <summary>Offers the device to the drivers that match. The kernel reports a driver that refuses it as success.</summary>
    public void Probe() => Write(Path.Combine(host.Sys, "bus/pci/drivers_probe"), address.ToString());

    private void Write(string path, string value)
    {
        var error = kernel.WriteAttribute(path, value);
        if (error == 0)
            return;
        throw error == LibC.EACCES || error == LibC.EPERM || error == LibC.EROFS
            ? new NvmeSetupException(SetupProblem.NoPermission, address.ToString(),
                $"The driver of {address} may not be changed ({path}: {Marshal.GetPInvokeErrorMessage(error)}): run this as root, outside of a container.")
            : new NvmeSetupException(SetupProblem.SystemError, address.ToString(),
                $"The driver of {address} cannot be changed: the kernel refused '{value.Trim()}' in {path} ({Marshal.GetPInvokeErrorMessage(error)}).");
    }
}
