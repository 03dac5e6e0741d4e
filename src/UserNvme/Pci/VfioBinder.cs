namespace UserNvme.Pci;

/// <summary>Binds one controller to vfio-pci: all checks first, then the disks are claimed, then the driver is changed or put back.</summary>
internal sealed class VfioBinder(PciBindOptions options, IKernel kernel, TimeSpan? startLimit = null)
{
    private readonly HostPaths _host = options.Host;

    public PciBindResult Bind(PciAddress address)
    {
        KernelDriverStart.Wait(address, _host, startLimit ?? KernelDriverStart.Limit);
        var device = PciBus.FindNvme(address, _host);
        RefuseWithoutIommu(device);
        if (device.Driver == PciDevice.VfioDriver)
            return new PciBindResult(device, device.Driver, device.Driver);

        RefuseForeignDriver(device);
        RefuseForeignGroup(device);
        using (DiskClaims.Take(device, _host, kernel))
        {
            if (!options.DryRun)
            {
                LoadVfio(device);
                Switch(device);
            }
        }

        return new PciBindResult(device, device.Driver, PciDevice.VfioDriver);
    }

    private static void RefuseWithoutIommu(PciDevice device)
    {
        if (device.IommuGroup is null)
            throw new NvmeSetupException(SetupProblem.NoIommu, device.Address.ToString(),
                $"{device} is in no IOMMU group: switch the IOMMU on (VT-d or AMD-Vi in the firmware; Intel also needs intel_iommu=on on the kernel's command line).");
        if (device.IsNoIommu)
            throw new NvmeSetupException(SetupProblem.NoIommu, device.Address.ToString(),
                $"{device} is bound without an IOMMU (VFIO's no-IOMMU mode), which is refused because a killed process would leave it writing into memory of others: switch the IOMMU on.");
    }

    // What another driver's users do with the device cannot be seen here, as it can for disks.
    private static void RefuseForeignDriver(PciDevice device)
    {
        if (device.Driver is { } driver && driver != VfioUnbinder.KernelDriver)
            throw new NvmeSetupException(SetupProblem.WrongDriver, device.Address.ToString(),
                $"{device} is bound to {driver}, and who uses it there cannot be seen: take it from that driver first.");
    }

    private void RefuseForeignGroup(PciDevice device)
    {
        var foreign = device.GroupMembers
            .Where(member => member.Address != device.Address && member.BlocksVfio && !options.Together.Contains(member.Address))
            .ToList();
        if (foreign.Count > 0)
            throw new NvmeSetupException(SetupProblem.GroupNotViable, device.Address.ToString(),
                $"IOMMU group {device.IommuGroup} of {device} also holds {string.Join(", ", foreign)}: bind {(foreign.Count == 1 ? "it" : "them")} to vfio-pci as well or leave {(foreign.Count == 1 ? "it" : "them")} without a driver.");
    }

    private void LoadVfio(PciDevice device)
    {
        if (Directory.Exists(Path.Combine(_host.PciDrivers, PciDevice.VfioDriver)))
            return;
        var failure = kernel.LoadModule(PciDevice.VfioDriver);
        if (!Directory.Exists(Path.Combine(_host.PciDrivers, PciDevice.VfioDriver)))
            throw new NvmeSetupException(SetupProblem.Unsupported, device.Address.ToString(),
                $"{device} cannot be bound because the kernel has no vfio-pci driver ({failure ?? "modprobe vfio-pci changed nothing"}): run 'modprobe vfio-pci' as root or use a kernel that has it.");
    }

    private void Switch(PciDevice device)
    {
        var driver = new DriverSwitch(device.Address, _host, kernel);
        driver.SetOverride(PciDevice.VfioDriver);
        try
        {
            driver.Unbind();
            driver.Probe();
        }
        catch (NvmeSetupException)
        {
            PutBack(driver);
            throw;
        }

        if (driver.CurrentDriver == PciDevice.VfioDriver)
            return;
        PutBack(driver);
        throw new NvmeSetupException(SetupProblem.DeviceFailed, device.Address.ToString(),
            $"vfio-pci did not take {device}, which is back with {driver.CurrentDriver ?? "no driver"}: the kernel log (dmesg) says why.");
    }

    private static void PutBack(DriverSwitch driver)
    {
        try
        {
            driver.SetOverride(null);
            if (driver.CurrentDriver is null)
                driver.Probe();
        }
        catch (NvmeSetupException)
        {
            // The first error is the one to report; the kernel that refused it refuses the way back, too.
        }
    }
}
