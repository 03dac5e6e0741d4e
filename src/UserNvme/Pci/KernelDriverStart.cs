using UserNvme.Interop;

namespace UserNvme.Pci;

/// <summary>
/// Waits for the kernel's nvme driver to finish the start of a controller before it is taken away. It starts controllers in the
/// background; its disks may not be there yet. And when an unbind comes between, Linux 6.1 ends the start later by releasing whatever
/// driver the device has by then, which would be vfio-pci.
/// </summary>
internal static class KernelDriverStart
{
    /// <summary>The longest start: CAP.TO may be 127.5 s, but no known controller needs a quarter of it.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Waits until the controller is live, dead or without the nvme driver.</summary>
    /// <exception cref="NvmeSetupException">It is still starting after the limit.</exception>
    public static void Wait(PciAddress address, HostPaths host, TimeSpan limit)
    {
        string? state = null;
        if (!BoundedWait.Until(() => (state = ReadState(address, host)) is not ("new" or "resetting" or "connecting"), limit))
            throw new NvmeSetupException(SetupProblem.DeviceFailed, address.ToString(),
                $"The kernel's nvme driver has not finished the start of {address} within {limit.TotalSeconds:0} s (state '{state}'): try again when it has, the kernel log (dmesg) shows it.");
    }

    private static string? ReadState(PciAddress address, HostPaths host)
    {
        var controllers = Path.Combine(host.PciDevice(address), "nvme");
        return SysfsFile.List(controllers).Select(name => SysfsFile.ReadText(Path.Combine(controllers, name, "state"))).FirstOrDefault();
    }
}
