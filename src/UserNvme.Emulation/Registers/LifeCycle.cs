
namespace UserNvme.Emulation.Registers;

/// <summary>
/// What happens when the host writes CC: enable, ready, shutdown, disable (NVMe Base 2.0, 3.5 to 3.7). Advances within steps only.
/// </summary>
internal sealed class LifeCycle(EmulatedController controller, RegisterFile registers)
{
    private long _readyAt;

    /// <summary>Where the controller stands.</summary>
    public LifePhase Phase { get; private set; }

    /// <summary>Does what is due.</summary>
    /// <returns>Whether anything changed.</returns>
    public bool Advance()
    {
        if (!registers.Changed && Phase != LifePhase.Starting) return false;
        var faults = controller.Faults;
        var changed = registers.Changed;
        registers.Changed = false;
        if (registers.SubsystemReset)
        {
            ResetFunction();
            registers.Csts = StatusBits.SubsystemResetOccurred;
            return true;
        }

        if ((!registers.Enable || registers.DisableSeen) && Phase != LifePhase.Disabled && !Disable(faults)) return false;
        registers.DisableSeen = false;
        if (registers.Enable && Phase == LifePhase.Disabled) Enable();
        if (Phase == LifePhase.Starting) changed |= BecomeReady(faults);
        if (registers.ShutdownNotification != 0 && (registers.Csts & StatusBits.ShutdownMask) == 0) ShutDown(faults);
        return changed;
    }

    /// <summary>Puts everything back to power-on, whatever was going on.</summary>
    public void ResetFunction()
    {
        controller.DropQueues();
        registers.Reset();
        Phase = LifePhase.Disabled;
    }

    /// <summary>Sets CSTS.CFS and stops.</summary>
    public void Fail()
    {
        registers.Csts |= StatusBits.Fatal;
        Phase = LifePhase.Failed;
    }

    private bool Disable(FaultScript faults)
    {
        // A controller that does not become idle goes on as before: it still fetches, and still writes to the host's memory.
        if (faults.Ready == StuckReady.AtOne)
        {
            registers.Changed = true;
            return false;
        }

        controller.DropQueues();
        registers.ResetController();
        Phase = LifePhase.Disabled;
        return true;
    }

    private void Enable()
    {
        if (!IsConfigured())
        {
            Fail();
            return;
        }

        Phase = LifePhase.Starting;
        _readyAt = controller.Time.After(controller.Options.ReadyDelay);
    }

    private bool BecomeReady(FaultScript faults)
    {
        if (faults.Ready == StuckReady.AtZero || !controller.Time.IsReached(_readyAt)) return false;
        controller.CreateAdminQueues();
        registers.Csts |= StatusBits.Ready;
        Phase = LifePhase.Running;
        return true;
    }

    private void ShutDown(FaultScript faults)
    {
        registers.Csts |= StatusBits.ShutdownOccurring;
        if (faults.ShutdownNeverCompletes) return;
        if (Phase is LifePhase.Running or LifePhase.Starting)
        {
            controller.Namespaces.FlushAll();
            Phase = LifePhase.ShutDown;
        }

        registers.Csts = (registers.Csts & ~StatusBits.ShutdownMask) | StatusBits.ShutdownComplete;
    }

    private bool IsConfigured()
    {
        var pageMask = (4096UL << registers.MemoryPageShift) - 1;
        return registers.MemoryPageShift <= controller.Options.MaxPageShift
            && registers.CommandSet == 0
            && registers.Arbitration == 0
            && (registers.Aqa & 0xFFF) != 0
            && (registers.Aqa >> 16) != 0
            && ((registers.Asq | registers.Acq) & pageMask) == 0;
    }
}
