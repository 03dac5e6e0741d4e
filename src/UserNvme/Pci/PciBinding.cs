namespace UserNvme.Pci;

/// <summary>
/// Takes controllers from the kernel's driver and gives them back. Needs root. Nothing here forces anything: a disk in use and a
/// device that a process holds are refused. Thread-safe for different devices.
/// </summary>
public static class PciBinding
{
    /// <summary>
    /// Binds an NVMe controller to vfio-pci. Every namespace is claimed for itself alone before the kernel's driver is taken away and
    /// stays claimed until it is gone, so that no mount can slip in between. A controller that vfio-pci has already stays as it is.
    /// </summary>
    /// <exception cref="NvmeSetupException">No such device, not NVMe, no IOMMU, another driver than nvme, group not viable, a
    /// disk in use, no permission, no vfio-pci; the device keeps or gets back the driver that it had.</exception>
    public static PciBindResult Bind(PciAddress address, PciBindOptions? options = null) =>
        new VfioBinder(options ?? new(), LinuxKernel.Instance).Bind(address);

    /// <summary>
    /// Gives an NVMe controller back to the kernel's driver. A controller that vfio-pci does not have, but another driver, stays as it is.
    /// Unbinding would wait in the kernel for as long as a process holds the device, so a held one is refused at once.
    /// </summary>
    /// <exception cref="NvmeSetupException">No such device, not NVMe, held by a process, no permission, or the kernel's driver does
    /// not take it.</exception>
    public static PciBindResult Unbind(PciAddress address, PciBindOptions? options = null) =>
        new VfioUnbinder(options ?? new(), LinuxKernel.Instance).Unbind(address);

    /// <summary>
    /// The processes that hold a controller through VFIO, as far as this process may see: none is no proof. Processes of other users
    /// are seen by root only, those of outer PID namespaces never.
    /// </summary>
    public static IReadOnlyList<FileHolder> Holders(PciDevice device, HostPaths? host = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        host ??= HostPaths.Default;
        var nodes = VfioNodes.Of(device, host);
        return nodes.Count == 0 ? [] : FileHolders.Of(nodes, host);
    }
}
