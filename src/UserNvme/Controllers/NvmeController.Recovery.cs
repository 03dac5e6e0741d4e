using UserNvme.Queues;

namespace UserNvme.Controllers;

/// <content>
/// The least ladder: a command past its timeout, a fatal status or a lie stops the controller for sure, ends what was in flight, and brings
/// the controller up again or declares it dead. On the service thread.
/// </content>
public sealed partial class NvmeController
{
    // A reactor answers within microseconds; one that does not in this time is blocked by a continuation that runs inline on it.
    private static readonly TimeSpan s_reactorLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_resetLimit = TimeSpan.FromSeconds(60);

    private string? _deathReason;
    private StopProof _lastProof;

    private void Recover(string reason)
    {
        ThrowIfNotLive();
        _state = ControllerState.Resetting;
        LogResetting(Address, reason);
        var proof = StopEverything(out var reactorsAnswered);
        _resetReason = null;
        if (proof is StopProof.BusMasterOff or StopProof.Gone or StopProof.None)
            throw Died(reason, proof == StopProof.Gone ? "it is gone" : "it can neither be disabled nor reset", null);
        if (!reactorsAnswered)
            throw Died(reason, "code that runs inline on one of its reactors blocks it", null);
        try
        {
            BringUpAgain();
        }
        catch (Exception e)
        {
            // Whatever went wrong: a controller that is half up serves nobody, and nobody may be left waiting.
            StopEverything(out _);
            throw Died(reason, e.Message, e);
        }

        ResetCount++;
        _state = ControllerState.Live;
        LogBack(Address);
    }

    /// <summary>Stops the controller for good. What waits fails.</summary>
    private void Die(string reason)
    {
        StopEverything(out _);
        // Whoever takes the device away waits until it is closed.
        LetAllGo();
        Release();
        LogDead(Died(reason, null), Address);
    }

    private NvmeSetupException Died(string reason, string why, Exception? inner) => Died($"it was reset because {reason}, and {why}", inner);

    private NvmeSetupException Died(string reason, Exception? inner)
    {
        _deathReason = Transport.RemovedBecause ?? reason;
        _state = ControllerState.Dead;
        foreach (var channel in _channels) channel.Reactor.Invoke(() => channel.Kill(DeadError()), s_reactorLimit);
        return new NvmeSetupException(SetupProblem.DeviceFailed, Address, $"The controller {Address} is dead: {_deathReason}.", inner);
    }

    // First nobody rings a doorbell any more, then the device stops, then what was in flight ends for its callers.
    private StopProof StopEverything(out bool reactorsAnswered)
    {
        reactorsAnswered = true;
        foreach (var channel in _channels)
        {
            if (channel.Reactor.Invoke(channel.Suspend, s_reactorLimit)) continue;
            reactorsAnswered = false;
            channel.Pair.Close();
        }

        foreach (var pair in _callerPairs) pair.Close();
        var proof = _lastProof = StopDevice();
        if (proof == StopProof.None) KeepMemory();
        _aborts.Clear();
        _admin?.Abandon();
        foreach (var channel in _channels) reactorsAnswered &= channel.Reactor.Invoke(channel.Abandon, s_reactorLimit);
        foreach (var pair in _callerPairs) pair.ControllerStopped();
        return proof;
    }

    private void LetAllGo()
    {
        foreach (var channel in _channels) channel.Reactor.Invoke(() => LetGo(channel), s_reactorLimit);
    }

    private void KeepMemory()
    {
        LogProblem(Address, "the controller cannot be stopped for sure: the memory that it knows of is never used again");
        _admin?.Pair.KeepMemory();
        foreach (var channel in _channels) channel.Pair.KeepMemory();
        foreach (var pair in _callerPairs) pair.KeepMemory();
    }

    private StopProof StopDevice()
    {
        if (_released) return _lastProof;
        var outcome = _registers.Disable(_readyTimeout);
        if (outcome == RegisterWait.Reached) return StopProof.Disabled;
        // What its transport calls removed as well does not come back by a reset.
        if (outcome != RegisterWait.Gone || !Transport.Removed.IsCancellationRequested)
        {
            LogProblem(Address, $"the controller does not stop when disabled ({Describe(outcome)}): resetting the function");
            if (Transport.CanReset && TryReset()) return StopProof.FunctionReset;
        }

        // Without a function reset: no bus mastering, and the device is closed before its memory is used again.
        var masterOff = TryBusMasterOff();
        LetAllGo();
        Release();
        if (!masterOff && Interlocked.CompareExchange(ref _transportUsers, 0, 0) > 0) return StopProof.None;
        return outcome == RegisterWait.Gone ? StopProof.Gone : StopProof.BusMasterOff;
    }

    private bool TryReset()
    {
        try
        {
            Transport.Reset();
            _registers.RestAfterReset();
            return _registers.Disable(_readyTimeout) == RegisterWait.Reached;
        }
        catch (NvmeSetupException e)
        {
            LogProblem(Address, e.Message);
            return false;
        }
    }

    private bool TryBusMasterOff()
    {
        try
        {
            Transport.SetBusMaster(false);
            return true;
        }
        catch (IOException e)
        {
            LogProblem(Address, $"bus mastering cannot be switched off ({e.Message})");
            return false;
        }
    }

    private void OnReactor(IoChannel channel, Action action)
    {
        if (!channel.Reactor.Invoke(action, s_reactorLimit))
            throw Failed($"the reactor of core {channel.Reactor.Core} did not answer within {s_reactorLimit.TotalSeconds:0} s, because code that runs inline on it blocks it");
    }
}
