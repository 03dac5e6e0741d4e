using System.Diagnostics;

namespace UserNvme.Controllers;

/// <content>Tear-down in the order of rule 5: stop submitting, delete SQs and CQs, notify the shutdown, disable, unmap, close.</content>
public sealed partial class NvmeController
{
    private Task? _closing;
    private bool _released;

    /// <summary>
    /// Shuts the controller down: services that live on its reactors are told (<see cref="Queues.Reactor.RunAsync(Func{CancellationToken, Task}, CancellationToken)"/>);
    /// operations under way end first, within the command timeout; then its queues are deleted, it is told to get
    /// ready for power-off and disabled, its memory is unmapped and the way to it closed. Bounded; safe to call twice.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        Task closing;
        lock (_calls)
            closing = _closing ??= CloseAsync();
        await closing.ConfigureAwait(false);
    }

    private async Task CloseAsync()
    {
        await Task.WhenAll(Reactors.Select(reactor => reactor.EndWorkAsync(this, s_reactorLimit))).ConfigureAwait(false);
        await Call(Close).ConfigureAwait(false);
    }

    private void Close()
    {
        var wasLive = _state == ControllerState.Live;
        _state = ControllerState.Closed;
        _serviceEnds = true;
        if (wasLive) Drain();
        foreach (var channel in _channels) channel.Reactor.Invoke(channel.Suspend, s_reactorLimit);
        foreach (var pair in _callerPairs) pair.Close();
        if (wasLive) ShutDownInOrder();
        TearDown();
    }

    private void Drain()
    {
        var started = Stopwatch.GetTimestamp();
        for (var spins = 0; Stopwatch.GetElapsedTime(started) < Options.CommandTimeout;)
        {
            var drained = true;
            foreach (var channel in _channels)
            {
                var empty = false;
                var answered = channel.Reactor.Invoke(() => empty = channel.IsDrained, s_reactorLimit);
                drained &= answered && empty;
            }

            // What a device that is lost or late has in flight ends by stopping it, not by waiting.
            var status = _registers.Status;
            if (drained || status.IsGone || status.Cfs || _resetReason is not null || Transport.Removed.IsCancellationRequested) return;
            _registers.Pause(ref spins);
        }
    }

    private void ShutDownInOrder()
    {
        try
        {
            foreach (var channel in _channels) DeleteQueues(channel.Pair);
            foreach (var pair in _callerPairs) DeleteQueues(pair);
            var limit = _registers.ShutdownLimit(Identity);
            var outcome = _registers.Shutdown(limit);
            if (outcome != RegisterWait.Reached && _registers.ReportsShutdown)
                LogProblem(Address, $"the controller did not report the end of its shutdown within {limit.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is NvmeSetupException or NvmeException)
        {
            // It is stopped all the same, by harder means.
            LogProblem(Address, e.Message);
        }
    }

    /// <summary>What a bring-up that failed leaves behind is taken back.</summary>
    private void AbandonBringUp()
    {
        _deathReason ??= "it did not come up";
        _state = ControllerState.Dead;
        if (_admin is null)
        {
            // It failed before the device got any address (no memory, memlock): the device was disabled first and has nothing to let go of.
            if (Space is not null) Detach();
            Release();
        }
        else
        {
            TearDown();
        }

        _serviceEnded = true;
    }

    private void TearDown()
    {
        var proof = StopEverything(out _);
        DetachInterrupts();
        foreach (var channel in _channels) Retire(channel);
        _channels = [];
        Reactors = [];
        _admin?.FailWaiting(DeadError);
        if (proof is StopProof.Disabled or StopProof.FunctionReset)
        {
            _admin?.Pair.ReleaseMemory();
            ReleaseShadowDoorbells();
            Detach();
            Release();
        }
        else if (proof == StopProof.None)
        {
            Release();
        }
        else
        {
            // The device does not obey: it is closed before its memory is unmapped.
            Release();
            Detach();
            _admin?.Pair.ReleaseMemory();
            ReleaseShadowDoorbells();
        }
    }

    private void Retire(Queues.IoChannel channel)
    {
        var retired = channel.Reactor.Invoke(() =>
        {
            channel.Kill(DeadError());
            channel.Reactor.Remove(channel);
            channel.Pair.ReleaseMemory();
            LetGo(channel);
        }, s_reactorLimit);
        if (!retired) LogProblem(Address, $"code that runs inline on the reactor of core {channel.Reactor.Core} blocks it: its queue memory is not used again");
        channel.Reactor.Release(this);
    }

    // On the channel's reactor, once it writes no doorbell any more. A reactor that is blocked gets to it later, and so does the close.
    private void LetGo(Queues.IoChannel channel)
    {
        if (!channel.HoldsTransport) return;
        channel.HoldsTransport = false;
        ReleaseTransport();
    }

    private void Detach()
    {
        try
        {
            Heap.Detach(Space);
        }
        catch (IOException e)
        {
            LogProblem(Address, e.Message);
        }
    }

    /// <summary>The controller itself needs the transport no longer.</summary>
    private void Release()
    {
        if (_released) return;
        _released = true;
        ReleaseTransport();
    }

    // A queue pair that its owner has not disposed yet may still ring a doorbell: the way to the controller is closed with the last user.
    private void ReleaseTransport()
    {
        if (Interlocked.Decrement(ref _transportUsers) != 0) return;
        Transport.Dispose();
        if (_ownsHeap) Heap.Dispose();
    }
}
