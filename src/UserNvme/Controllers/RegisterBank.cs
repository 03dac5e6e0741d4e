using System.Diagnostics;
using UserNvme.Pci;
using UserNvme.Spec;
using UserNvme.Transports;

namespace UserNvme.Controllers;

/// <summary>
/// A controller's registers in terms of what is wanted: disable, enable, shut down. Every wait is bounded and looks for all-ones and
/// CSTS.CFS each time round (rule 3).
/// </summary>
internal sealed class RegisterBank(NvmeTransport transport)
{
    private readonly NvmeQuirks _quirks = QuirkTable.Find(transport.VendorId, transport.DeviceId);
    private const int SpinsBeforePause = 50;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_leastShutdownTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_mostShutdownTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_unreportedShutdownTime = TimeSpan.FromSeconds(1);
    private readonly ManualResetEventSlim _never = new();

    public ControllerCapabilities Capabilities => new(transport.Read64(ControllerRegisters.Cap));

    public NvmeVersion Version => new(transport.Read32(ControllerRegisters.Vs));

    public ControllerStatus Status => new(transport.Read32(ControllerRegisters.Csts));

    /// <summary>How long EN may take to show in RDY: CAP.TO or, where it is longer, CRTO.</summary>
    public TimeSpan ReadyTimeout(ControllerCapabilities capabilities) =>
        capabilities.ReadyTimeoutWith(capabilities.Crms == 0 ? default : new ControllerReadyTimeouts(transport.Read32(ControllerRegisters.Crto)));

    /// <summary>
    /// Makes the controller stop: afterwards it does no DMA. EN is cleared rather than a shutdown notified, since nobody knows what memory the
    /// queues of an earlier owner point to.
    /// </summary>
    public RegisterWait Disable(TimeSpan limit)
    {
        var status = Status;
        if (status.IsGone) return RegisterWait.Gone;
        var configuration = new ControllerConfiguration(transport.Read32(ControllerRegisters.Cc));
        if (configuration.En)
        {
            // EN must not change before RDY has followed its last change (NVMe Base 2.0, 3.1.3.5).
            if (!status.Rdy && !status.Cfs)
            {
                var ready = WaitFor(s => s.Rdy, limit, stopAtFatal: true);
                if (ready == RegisterWait.Gone) return ready;
            }

            transport.Write32(ControllerRegisters.Cc, (configuration with { En = false, Shn = ShutdownNotification.None }).Value);
            RestAfterEnableChanged();
        }

        // A fatal controller is what disabling is meant to cure: only the time decides.
        return WaitFor(s => !s.Rdy, limit, stopAtFatal: false);
    }

    /// <summary>Starts the controller with the admin queues that were set. RDY must be 0.</summary>
    public RegisterWait Enable(ControllerConfiguration configuration, TimeSpan limit)
    {
        // The fields first, then EN with the same fields: some controllers look at them when EN rises.
        transport.Write32(ControllerRegisters.Cc, (configuration with { En = false }).Value);
        transport.Write32(ControllerRegisters.Cc, (configuration with { En = true }).Value);
        RestAfterEnableChanged();
        return WaitFor(s => s.Rdy, limit, stopAtFatal: true);
    }

    /// <summary>Tells the controller that power may go, and waits until it is ready for that.</summary>
    public RegisterWait Shutdown(TimeSpan limit)
    {
        var configuration = new ControllerConfiguration(transport.Read32(ControllerRegisters.Cc));
        transport.Write32(ControllerRegisters.Cc, (configuration with { Shn = ShutdownNotification.Normal }).Value);
        return WaitFor(s => s.Shst == ShutdownStatus.Complete, limit, stopAtFatal: true);
    }

    /// <summary>Lets some time pass between two looks at the device.</summary>
    public void Pause(ref int spins)
    {
        if (++spins <= SpinsBeforePause)
            Thread.Yield();
        else
            _never.Wait(s_pause);
    }

    /// <summary>Leaves a function that was just reset alone for as long as its quirk demands. Opening a device through VFIO resets it too.</summary>
    public void RestAfterReset()
    {
        if (_quirks.HasFlag(NvmeQuirks.DelayBeforeInit)) _never.Wait(QuirkTable.DelayBeforeInit);
    }

    /// <summary>How long a shutdown may take: what the controller says, within reason, and little where it never says that it is done.</summary>
    public TimeSpan ShutdownLimit(in IdentifyController identity)
    {
        if (!ReportsShutdown) return s_unreportedShutdownTime;
        var wanted = TimeSpan.FromMicroseconds(identity.Rtd3e);
        return wanted < s_leastShutdownTime ? s_leastShutdownTime : wanted > s_mostShutdownTime ? s_mostShutdownTime : wanted;
    }

    /// <summary>Whether the absence of CSTS.SHST's "complete" means anything.</summary>
    public bool ReportsShutdown => !_quirks.HasFlag(NvmeQuirks.NoShutdownStatus);

    private void RestAfterEnableChanged()
    {
        if (_quirks.HasFlag(NvmeQuirks.DelayBeforeReady)) _never.Wait(QuirkTable.DelayBeforeReady);
    }

    private RegisterWait WaitFor(Func<ControllerStatus, bool> reached, TimeSpan limit, bool stopAtFatal)
    {
        var started = Stopwatch.GetTimestamp();
        for (var spins = 0; ;)
        {
            // The time is taken first: a process that was suspended in between still gets a last look.
            var over = Stopwatch.GetElapsedTime(started) > limit;
            var status = Status;
            if (status.IsGone) return RegisterWait.Gone;
            if (stopAtFatal && status.Cfs) return RegisterWait.Fatal;
            if (reached(status)) return RegisterWait.Reached;
            if (over) return status.Cfs ? RegisterWait.Fatal : RegisterWait.TimedOut;
            Pause(ref spins);
        }
    }
}
