using UserNvme.Interop;
using UserNvme.Pci;

namespace UserNvme.Transports.Vfio;

/// <summary>
/// Brings a function back to where a driver can begin: after the open and after each reset. Memory decode comes first, bus mastering
/// last and only when the controller is disabled.
/// </summary>
internal static class VfioStart
{
    // The kernel waits for the device's config space after a reset; this is for what comes after (registers that answer late, SPDK #482).
    private static readonly TimeSpan s_answerLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_timeoutUnit = TimeSpan.FromMilliseconds(500);

    private const int CapabilitiesLow = 0x00;
    private const int ControllerConfiguration = 0x14;
    private const int ControllerStatus = 0x1C;
    private const uint Enable = 1 << 0;
    private const uint Ready = 1 << 0;
    private const uint FatalStatus = 1 << 1;
    private const uint Gone = uint.MaxValue;

    /// <summary>Waits until the function answers, stops a controller that an earlier owner left running, and lets it start DMA.</summary>
    /// <exception cref="NvmeSetupException">The device does not answer, or does not stop, in its time.</exception>
    public static void Run(VfioDevice device, VfioConfigSpace config, VfioBar bar, CancellationToken removed)
    {
        if (!BoundedWait.Until(() => config.AnswersAsNvme, s_answerLimit, removed))
            throw Failed(device, "does not answer as an NVMe controller");
        config.Command |= PciCommand.MemorySpace | PciCommand.InterruptDisable;
        // All-ones first: every status bit of a device that is gone reads 1 (trap P24).
        if (!BoundedWait.Until(() => bar.Read32(ControllerStatus) != Gone, s_answerLimit, removed))
            throw Failed(device, "does not answer at its registers");
        if ((bar.Read32(ControllerConfiguration) & Enable) != 0)
            Stop(device, config, bar, removed);
        config.EnableDevice();
    }

    // A function without a reset keeps the queues of its earlier owner. With bus mastering it would go on writing to their IOVAs, which
    // by now may be the memory of another controller in the same container.
    private static void Stop(VfioDevice device, VfioConfigSpace config, VfioBar bar, CancellationToken removed)
    {
        config.SetBusMaster(false);
        // CAP.TO counts half seconds; 0 does not mean that there is no wait, so one more (trap P26).
        var limit = s_timeoutUnit * ((bar.Read32(CapabilitiesLow) >> 24) + 1);
        // EN may be cleared when RDY is 1 (NVMe Base 2.0, 3.1.3.5), which a controller in trouble never reaches.
        BoundedWait.Until(() => (bar.Read32(ControllerStatus) & (Ready | FatalStatus)) != 0, limit, removed);
        bar.Write32(ControllerConfiguration, bar.Read32(ControllerConfiguration) & ~Enable);
        if (!BoundedWait.Until(() => (bar.Read32(ControllerStatus) & Ready) == 0, limit, removed))
            throw Failed(device, "was left running by its earlier owner and does not stop");
    }

    private static NvmeSetupException Failed(VfioDevice device, string what) => device.Error(SetupProblem.DeviceFailed,
        $"{device.Address} {what}: take it out of the machine's PCI bus and rescan it (/sys/bus/pci/devices/{device.Address}/remove, /sys/bus/pci/rescan), or power the machine off and on.");
}
