using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Controllers;

/// <content>The service thread: the admin queue's owner, which also watches the device, resets it and shuts it down.</content>
public sealed partial class NvmeController : IQueuePairMonitor
{
    private const int MaxAbortsWaiting = 256;
    private static readonly TimeSpan s_watchInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_busyPause = TimeSpan.FromMilliseconds(1);

    private readonly ConcurrentQueue<Action> _calls = new();
    private readonly ConcurrentQueue<(QueueId Queue, ushort Command)> _aborts = new();
    private readonly AutoResetEvent _wake = new(false);
    private AdminQueue _admin;
    private Thread? _service;
    private string? _resetReason;
    private int _abortsInFlight;
    private bool _serviceEnds;
    private volatile bool _serviceEnded;

    void IQueuePairMonitor.OnTimeout(QueueId queue, ushort commandId) =>
        RequestReset($"command {commandId} on queue {queue} was not answered within {Options.CommandTimeout.TotalSeconds:0.###} s");

    void IQueuePairMonitor.OnForeignCompletion(QueueId queue, in CompletionEntry completion) =>
        RequestReset($"it completed command {completion.CommandId} on queue {queue}, which is not in flight (SQHD {completion.SubmissionQueueHead}, SQID {completion.SubmissionQueueId}, status {completion.Status})");

    private void RequestReset(string reason)
    {
        if (Interlocked.CompareExchange(ref _resetReason, reason, null) is null) WakeService();
    }

    private void WakeService() => _wake.Set();

    private Task StartAsync(CancellationToken cancellationToken)
    {
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _service = new Thread(() => ServiceMain(up, cancellationToken)) { IsBackground = true, Name = $"nvme {Address}" };
        using (ExecutionContext.SuppressFlow())
            _service.Start();
        return up.Task;
    }

    /// <summary>Runs something on the service thread, between two rounds of it.</summary>
    private Task OnServiceAsync(Action action)
    {
        ObjectDisposedException.ThrowIf(_state == ControllerState.Closed, this);
        return Call(action);
    }

    private Task Call(Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls.Enqueue(() =>
        {
            try
            {
                action();
                done.TrySetResult();
            }
            catch (Exception e)
            {
                done.TrySetException(e);
            }
        });
        WakeService();
        // The thread may have ended between the look at the state and the call.
        if (_serviceEnded) FailCalls();
        return done.Task;
    }

    private void ServiceMain(TaskCompletionSource up, CancellationToken cancellationToken)
    {
        try
        {
            BringUpFirstTime(cancellationToken);
        }
        catch (Exception e)
        {
            AbandonQuietly();
            if (e is OperationCanceledException) up.TrySetCanceled(cancellationToken);
            else up.TrySetException(e);
            return;
        }

        up.TrySetResult();
        ServiceLoop();
        _serviceEnded = true;
        FailCalls();
    }

    private void AbandonQuietly()
    {
        try
        {
            AbandonBringUp();
        }
        catch (Exception e)
        {
            // The reason why it did not come up is the one to tell.
            LogDead(e, Address);
        }
    }

    private void ServiceLoop()
    {
        var lastWatch = Stopwatch.GetTimestamp();
        var spins = 0;
        while (!_serviceEnds)
        {
            while (_calls.TryDequeue(out var call)) call();
            if (_state == ControllerState.Live)
                ServeLive(ref lastWatch);
            else
                _admin.FailWaiting(DeadError);

            if (_serviceEnds) break;
            if (!_admin.IsBusy) spins = 0;
            else if (++spins < 100) continue;
            _wake.WaitOne(_admin.IsBusy ? s_busyPause : s_watchInterval);
        }
    }

    private void ServeLive(ref long lastWatch)
    {
        try
        {
            IssueAborts();
            ApplyInterrupts();
            _admin.Pump();
            if (Stopwatch.GetElapsedTime(lastWatch) >= s_watchInterval)
            {
                lastWatch = Stopwatch.GetTimestamp();
                Watch();
            }
        }
        catch (Exception e)
        {
            // What nobody foresaw ends this controller, not the process.
            RequestReset($"its service failed ({e.Message})");
        }

        if (_state == ControllerState.Live && _resetReason is { } reason) RecoverQuietly(reason);
    }

    // At most ten register reads a second: never from the path of I/O.
    private void Watch()
    {
        var status = _registers.Status;
        var isRemoved = Transport.Removed.IsCancellationRequested;
        if (status.IsGone && !isRemoved) RequestReset("its registers read all-ones: it is gone or lost its power");
        else if (status.Cfs) RequestReset("it reports a fatal status (CSTS.CFS)");
        else if (isRemoved && _state == ControllerState.Live) Die(status.IsGone ? "it is gone" : "it was removed");
    }

    private void RecoverQuietly(string reason)
    {
        try
        {
            Recover(reason);
        }
        catch (Exception e)
        {
            LogDead(e, Address);
        }
    }

    internal void RequestAbort(IoChannel channel, ushort commandId)
    {
        // An abort is a wish: when very many are asked for, the rest end by their own completions.
        if (_aborts.Count >= MaxAbortsWaiting) return;
        _aborts.Enqueue((channel.Pair.Id, commandId));
        WakeService();
    }

    private void IssueAborts()
    {
        foreach (var commandId in _admin.TakeCancelled())
            _aborts.Enqueue((QueueId.Admin, commandId));
        while (_abortsInFlight < Identity.AbortLimit && _aborts.TryDequeue(out var abort))
            TryAbort(abort.Queue, abort.Command);
    }

    private void TryAbort(QueueId queue, ushort commandId)
    {
        // Whether it was aborted shows in the command's own completion; an abort ends on this thread, like every admin command.
        var request = new AdminRequest(AdminCommands.Abort(queue, new CommandId(commandId)), null, 0) { Ended = () => _abortsInFlight-- };
        if (_admin.TrySubmitNow(request)) _abortsInFlight++;
    }

    private void FailCalls()
    {
        // An interlocked operation of the enqueuer, a fence here: one of the two sees the other.
        Interlocked.MemoryBarrier();
        lock (_calls)
        {
            _admin.FailWaiting(DeadError);
            while (_calls.TryDequeue(out var call)) call();
        }
    }

    private Exception DeadError() => _state == ControllerState.Closed
        ? new ObjectDisposedException(Address, $"The controller {Address} is closed.")
        : new NvmeException($"The controller {Address} is dead: {_deathReason ?? "it did not come up"}.", CommandFate.NotSubmitted) { Address = Address };

    [LoggerMessage(1, LogLevel.Information, "{Address}: {Model} (serial {Serial}, firmware {Firmware}), NVMe {Version}, {QueuePairs} I/O queue pairs, {Namespaces} active namespaces{Doorbells}")]
    private partial void LogUp(string address, string model, string serial, string firmware, NvmeVersion version, int queuePairs, int namespaces, string doorbells);

    [LoggerMessage(2, LogLevel.Warning, "{Address}: resetting the controller because {Reason}")]
    private partial void LogResetting(string address, string reason);

    [LoggerMessage(3, LogLevel.Information, "{Address}: the controller is back after its reset")]
    private partial void LogBack(string address);

    [LoggerMessage(4, LogLevel.Error, "{Address}: the controller is dead")]
    private partial void LogDead(Exception error, string address);

    [LoggerMessage(5, LogLevel.Warning, "{Address}: {Problem}")]
    private partial void LogProblem(string address, string problem);
}
