using UserNvme.Emulation.Dma;
using UserNvme.Emulation.Queues;
using UserNvme.Emulation.Registers;
using UserNvme.Spec;

namespace UserNvme.Emulation;

/// <summary>Fetches commands round robin, executes them or keeps them for later, and posts their completions. Used within a step only.</summary>
internal sealed class CommandEngine(EmulatedController controller)
{
    // Long enough to keep the cost of a step small per command, short enough that nobody waits long for its end.
    private const int Burst = 32;

    private readonly DelayedCommands _delayed = new();
    private readonly DeviceMemory _memory = controller.Memory;
    private readonly FaultScript _faults = controller.Faults;
    private readonly long _latencyTicks = controller.Time.Ticks(controller.Options.Latency);
    private int _first;
    private bool _anyWaiting;

    /// <summary>Commands that a fault holds.</summary>
    public int HeldCount => _delayed.HeldCount;

    /// <summary>The time at which a delayed command is due, as of the last step; <see cref="long.MaxValue"/> for none.</summary>
    public long NextTime { get; private set; } = long.MaxValue;

    /// <summary>Whether the last call of <see cref="Serve()"/> left work that could go on at once.</summary>
    public bool HasMore { get; private set; }

    /// <summary>Does a bounded amount of what there is to do.</summary>
    /// <returns>Whether there was anything.</returns>
    public bool Serve()
    {
        var shadows = controller.Queues.Shadows;
        if (!shadows.Refresh(_memory))
        {
            controller.RingUnreachable(0, shadows.Shadows, shadows.Length, DmaDirection.Read);
            return true;
        }

        var worked = _anyWaiting && PostWaiting();
        worked |= TellEvents();
        if (_delayed.AnyTimed)
            worked |= ExecuteDue();
        HasMore = false;
        var queues = controller.Queues.ActiveSubmission;
        if (++_first >= queues.Length)
            _first = 0;
        for (var i = _first; i < queues.Length; i++)
            worked |= Serve(queues[i]);
        for (var i = 0; i < _first; i++)
            worked |= Serve(queues[i]);
        HasMore |= controller.Admin.Events.CanTell;
        NextTime = _delayed.NextTime;
        return worked || HasMore;
    }

    /// <summary>Makes held commands due.</summary>
    public void Release(int count) => _delayed.Release(count);

    /// <summary>Aborts a command that was fetched and not executed yet.</summary>
    public bool Abort(ushort queueId, ushort commandId)
    {
        if (!_delayed.TryRemove(queueId, commandId, out var command)) return false;
        CompleteDelayed(command, DeviceStatus.AbortRequested);
        return true;
    }

    /// <summary>Aborts all such commands of a queue that is deleted.</summary>
    public void AbortAll(DeviceSubmissionQueue queue)
    {
        while (_delayed.TryRemoveAny(queue, out var command))
            CompleteDelayed(command, DeviceStatus.AbortedSubmissionQueueDeleted);
    }

    /// <summary>Completes an admin command that had to wait.</summary>
    public void CompleteAdmin(ushort commandId, NvmeStatus status, uint result = 0)
    {
        if (controller.Queues.Submission(0) is { } queue)
            Post(queue, Entry(queue, commandId, status, result));
    }

    /// <summary>Forgets all commands.</summary>
    public void Reset()
    {
        _delayed.Clear();
        _anyWaiting = false;
        NextTime = long.MaxValue;
    }

    private static CompletionEntry Entry(DeviceSubmissionQueue queue, ushort commandId, NvmeStatus status, uint result) => new()
    {
        Result = result,
        SubmissionQueueHead = queue.Head,
        SubmissionQueueId = queue.Id,
        CommandId = commandId,
        StatusAndPhase = (ushort)(status.Value << 1),
    };

    private bool Serve(DeviceSubmissionQueue queue)
    {
        if (!queue.IsAlive) return false; // Deleted in this very step: its doorbell is another queue's already.
        if (!queue.TakeDoorbell(out var value))
            controller.InvalidDoorbell(queue.Id, completion: false, value);
        HasMore |= queue.IsLooking;
        if (!queue.HasEntries) return false;
        var completions = queue.Completions;
        if (!completions.TakeDoorbell(out value))
            controller.InvalidDoorbell(completions.Id, completion: true, value);

        var worked = false;
        queue.Prefetch(Burst);
        for (var i = 0; i < Burst && queue.HasEntries && completions.HasRoom && queue.InFlight < queue.Size && IsServed(queue) && !_memory.IsLate; i++)
        {
            worked = true;
            if (!queue.Fetch(_memory, out var entry))
            {
                Flush(completions);
                controller.RingUnreachable(queue.Id, queue.HeadAddress, 64, DmaDirection.Read);
                return true;
            }

            if (_faults.HasRules && _faults.Match(queue.Id, entry) is { } action)
            {
                Flush(completions); // What was executed before is complete, whatever happens now.
                Misbehave(queue, entry, action);
            }
            else if (queue.Id == 0)
            {
                Execute(queue, entry);
            }
            else if (_latencyTicks != 0)
            {
                Delay(queue, entry, _latencyTicks);
            }
            else
            {
                // There is room, and nothing waits: this loop has seen to it.
                if (!completions.Post(_memory, Entry(queue, entry.CommandId, RunIo(queue, entry), 0)))
                    controller.RingUnreachable(completions.Id, completions.PendingAddress, 16, DmaDirection.Write);
            }
        }

        Flush(completions);
        HasMore |= (worked || _memory.IsLate) && queue.HasEntries;
        return worked;
    }

    private bool IsServed(DeviceSubmissionQueue queue) => queue.IsAlive && controller.LifeCycle.Phase == LifePhase.Running;

    private void Delay(DeviceSubmissionQueue queue, in SubmissionEntry entry, long ticks)
    {
        queue.InFlight++;
        _delayed.Add(queue, entry, controller.Time.Now + ticks);
    }

    private bool ExecuteDue()
    {
        var worked = false;
        while (!_memory.IsLate && _delayed.TryTakeDue(controller.Time.Now, out var command))
        {
            worked = true;
            command.Queue!.InFlight--;
            if (IsServed(command.Queue))
                Execute(command.Queue, command.Entry);
        }

        return worked;
    }

    private void Execute(DeviceSubmissionQueue queue, in SubmissionEntry entry)
    {
        if (TryRun(queue, entry, out var completion))
            Post(queue, completion);
    }

    private bool TryRun(DeviceSubmissionQueue queue, in SubmissionEntry entry, out CompletionEntry completion)
    {
        if (queue.Id != 0)
        {
            completion = Entry(queue, entry.CommandId, RunIo(queue, entry), 0);
            return true;
        }

        _memory.Unstage();
        var result = controller.Admin.Execute(entry);
        var status = Finish(queue, entry, result.Status);
        completion = Entry(queue, entry.CommandId, status, result.Dword0);
        return !result.IsPending;
    }

    private NvmeStatus RunIo(DeviceSubmissionQueue queue, in SubmissionEntry entry)
    {
        if (_memory.HasStaged)
            _memory.Unstage();
        var status = controller.Io.Execute(new QueueId(queue.Id), entry);
        return status.IsSuccess && !_memory.HasStaged ? status : Finish(queue, entry, status);
    }

    // What was written to remote memory is sent, and an error is logged.
    private NvmeStatus Finish(DeviceSubmissionQueue queue, in SubmissionEntry entry, NvmeStatus status)
    {
        if (status.IsSuccess && _memory.HasStaged)
            status = controller.Data.Flush(new QueueId(queue.Id), entry);
        if (!status.IsSuccess)
            controller.Admin.Logs.Errors.Add(queue.Id, entry, status);
        return status;
    }

    private void Misbehave(DeviceSubmissionQueue queue, in SubmissionEntry entry, FaultAction action)
    {
        switch (action.Kind)
        {
            case FaultActionKind.Hold:
                queue.InFlight++;
                _delayed.Hold(queue, entry);
                return;
            case FaultActionKind.Delay:
                Delay(queue, entry, controller.Time.Ticks(action.Time));
                return;
            case FaultActionKind.FatalStatus:
                controller.LifeCycle.Fail();
                return;
            case FaultActionKind.DeviceGone:
                controller.RemoveNow(announce: false);
                return;
            case FaultActionKind.PowerLoss:
                controller.LosePowerNow();
                return;
            case FaultActionKind.Fail:
                Fail(queue, entry, action.Status);
                return;
            case FaultActionKind.TouchAddress when !controller.Data.Touch(action.Address, action.Direction, new QueueId(queue.Id), entry):
                Fail(queue, entry, DeviceStatus.DataTransferError);
                return;
        }

        if (!TryRun(queue, entry, out var completion)) return;
        if (action.Kind == FaultActionKind.CorruptData && completion.Status.IsSuccess)
        {
            controller.Io.Corrupt(entry, action.Offset, action.Mask);
            if (_memory.HasStaged)
                controller.Data.Flush(new QueueId(queue.Id), entry);
        }

        Post(queue, action.Change is { } change ? change(completion) : completion);
        if (action.ThenTruly || action.Kind == FaultActionKind.CompleteTwice)
            Post(queue, completion);
    }

    private void Fail(DeviceSubmissionQueue queue, in SubmissionEntry entry, NvmeStatus status)
    {
        controller.Admin.Logs.Errors.Add(queue.Id, entry, status);
        Post(queue, Entry(queue, entry.CommandId, status, 0));
    }

    private void CompleteDelayed(in DelayedCommand command, NvmeStatus status)
    {
        command.Queue!.InFlight--;
        Post(command.Queue, Entry(command.Queue, command.Entry.CommandId, status, 0));
    }

    private bool TellEvents()
    {
        var worked = false;
        while (controller.Admin.Events.TryTake(out var commandId, out var result))
        {
            worked = true;
            CompleteAdmin(commandId, NvmeStatus.Success, result);
        }

        return worked;
    }

    private void Post(DeviceSubmissionQueue queue, in CompletionEntry completion)
    {
        var completions = queue.Completions;
        if (!completions.HasRoom && !completions.TakeDoorbell(out var value))
            controller.InvalidDoorbell(completions.Id, completion: true, value);
        if (!completions.Post(_memory, completion))
            controller.RingUnreachable(completions.Id, completions.PendingAddress, 16, DmaDirection.Write);
        Flush(completions);
        _anyWaiting |= completions.Waiting != 0;
    }

    private void Flush(DeviceCompletionQueue completions)
    {
        if (!completions.Flush(_memory))
            controller.RingUnreachable(completions.Id, completions.PendingAddress, 16, DmaDirection.Write);
    }

    private bool PostWaiting()
    {
        var worked = false;
        _anyWaiting = false;
        foreach (var completions in controller.Queues.ActiveCompletion)
        {
            if (completions.Waiting == 0) continue;
            if (!completions.TakeDoorbell(out var value))
                controller.InvalidDoorbell(completions.Id, completion: true, value);
            if (!completions.PostWaiting(_memory, out var posted))
                controller.RingUnreachable(completions.Id, completions.PendingAddress, 16, DmaDirection.Write);
            worked |= posted;
            _anyWaiting |= completions.Waiting != 0;
        }

        return worked;
    }
}
