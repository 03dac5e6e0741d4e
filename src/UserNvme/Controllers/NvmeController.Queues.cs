using System.Diagnostics;
using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Controllers;

/// <content>I/O queues: the reactors' channels, and pairs that callers own.</content>
public sealed partial class NvmeController
{
    private readonly HashSet<ushort> _usedQueueIds = [];
    private readonly List<QueuePair> _callerPairs = [];
    private IoChannel[] _channels = [];
    private ChannelMap _channelMap = ChannelMap.Empty;
    private int _queueLimit;
    private int _transportUsers = 1;

    internal IReadOnlyList<IoChannel> Channels => _channels;

    /// <summary>The reactors that have a queue pair of this controller, in the order of <see cref="NvmeControllerOptions.Cores"/>; empty once it is closed.</summary>
    public IReadOnlyList<Reactor> Reactors { get; private set; } = [];

    /// <summary>
    /// Creates an I/O queue pair for one thread: the first that uses it. Dispose it on that thread when nothing is in flight. A reset of
    /// the controller closes it: commands in flight end in <see cref="ICompletionHandler{TState}.OnAbandoned"/> at the next poll.
    /// </summary>
    /// <param name="depth">How many commands can be in flight: 1 to <see cref="MaxQueueEntries"/> - 1.</param>
    /// <param name="handler">What happens with completions.</param>
    /// <exception cref="NvmeSetupException">The controller has no queue pair left, or refuses.</exception>
    public QueuePair<TState, THandler> CreateQueuePair<TState, THandler>(int depth, THandler handler)
        where THandler : struct, ICompletionHandler<TState>
    {
        if (depth < 1 || depth >= MaxQueueEntries)
            throw new ArgumentOutOfRangeException(nameof(depth), depth, $"A queue of {Address} holds 1 to {MaxQueueEntries - 1} commands, not {depth}.");
        QueuePair<TState, THandler>? pair = null;
        OnServiceAsync(() =>
        {
            ThrowIfNotLive();
            var id = TakeQueueId();
            try
            {
                pair = new QueuePair<TState, THandler>(QueueSettings(id, depth + 1, MaxTransferBytes), handler);
                // Before the controller hears of its rings: they are kept as well if it cannot be stopped afterwards.
                _callerPairs.Add(pair);
                CreateOrRecover(pair);
                pair.Open(Doorbell(id, completion: false), Doorbell(id, completion: true));
                pair.OnDispose(DisposeCallerPair);
                Interlocked.Increment(ref _transportUsers);
            }
            catch
            {
                if (pair is null) ReturnQueueId(id);
                else Forget(pair);
                pair?.ReleaseMemory();
                throw;
            }
        }).GetAwaiter().GetResult();
        return pair!;
    }

    /// <summary>The channel that is nearest to the calling thread: its own on a reactor, else one whose core shares most with the current CPU.</summary>
    /// <param name="current">The reactor that the caller runs on, the channel's or another one; null elsewhere.</param>
    internal IoChannel ChannelForCaller(out Reactor? current)
    {
        if (_state is ControllerState.Closed) ThrowClosed();
        return _channelMap.OfCaller(out current);
    }

    /// <summary>Rents memory of the controller's heap, aligned to its pages; without a controller there may be no heap, and that is what is said.</summary>
    internal DmaBuffer RentBuffer(int length)
    {
        try
        {
            return Heap.Rent(length, PageSize);
        }
        catch (ObjectDisposedException)
        {
            ThrowIfNotLive();
            throw;
        }
    }

    private void NegotiateQueues()
    {
        var wanted = Math.Max(1, Math.Min(Cores.Count + Options.ExtraQueuePairs, NumberOfQueues.Max));
        var reply = Execute(AdminCommands.SetFeatures(FeatureId.NumberOfQueues, NumberOfQueues.Create(wanted, wanted).Value));
        if (!reply.Status.IsSuccess) throw Failed($"Set Features (Number of Queues) failed with {reply.Status}");
        var granted = new NumberOfQueues(reply.Result);
        // The reply may be smaller or larger than what was asked for, and the doorbells must lie in the register space (traps P8, P4).
        var doorbells = (Transport.RegisterSpaceLength - ControllerRegisters.Doorbells) / (2 * (4 << Capabilities.Dstrd));
        _queueLimit = Math.Min(Math.Min(granted.SubmissionQueues, granted.CompletionQueues), Math.Min(wanted, doorbells - 1));
        if (_queueLimit < Math.Max(1, Cores.Count))
            LogProblem(Address, $"the controller grants {_queueLimit} queue pairs for {Cores.Count} cores: cores share");
        if (_queueLimit < 1) throw Failed("its register space has no doorbells for an I/O queue");
    }

    private void CreateChannels()
    {
        var channels = new List<IoChannel>();
        MakeInterrupts();
        try
        {
            foreach (var core in Cores.Take(_queueLimit))
            {
                channels.Add(NewChannel(core, InterruptOf(channels.Count)));
                CreateQueues(channels[^1]);
            }
        }
        finally
        {
            _channels = [.. channels];
            Reactors = [.. channels.Select(c => c.Reactor)];
        }

        foreach (var channel in _channels)
        {
            OnReactor(channel, () =>
            {
                channel.Reactor.Add(channel);
                Resume(channel);
            });
        }

        _channelMap = new ChannelMap(_channels);
    }

    private IoChannel NewChannel(int core, InterruptLine? interrupt)
    {
        var reactor = Reactor.Acquire(core, this, _logger);
        try
        {
            var entries = Math.Min(Options.IoQueueEntries, MaxQueueEntries);
            // The reactor reads the clock once for all of its queues.
            var settings = QueueSettings(TakeQueueId(), entries, MaxTransferBytes) with { PollsPerClockReading = QueuePairSettings.OwnerReadsClock };
            var channel = new IoChannel(reactor, settings, RequestAbort, interrupt) { HoldsTransport = true };
            Interlocked.Increment(ref _transportUsers);
            return channel;
        }
        catch
        {
            reactor.Release(this);
            throw;
        }
    }

    private void RecreateChannels()
    {
        if (_queueLimit < _channels.Length) throw Failed($"it now grants {_queueLimit} queue pairs where {_channels.Length} are in use");
        RestoreInterrupts();
        foreach (var channel in _channels) CreateQueues(channel);
        foreach (var channel in _channels) OnReactor(channel, () => Resume(channel));
    }

    private void Resume(IoChannel channel) =>
        channel.Resume(Doorbell(channel.Pair.Id, completion: false), Doorbell(channel.Pair.Id, completion: true));

    private void CreateQueues(QueuePair pair)
    {
        var status = TryCreateQueues(pair, null, out var opcode);
        if (!status.IsSuccess) throw Refused(opcode, pair, status);
    }

    private NvmeStatus TryCreateQueues(QueuePair pair, ushort? interruptVector, out AdminOpcode opcode)
    {
        opcode = AdminOpcode.CreateIoCompletionQueue;
        var completion = Execute(AdminCommands.CreateIoCompletionQueue(pair.Id, pair.Settings.Entries, pair.CompletionRing.Value, interruptVector));
        if (!completion.Status.IsSuccess) return completion.Status;
        opcode = AdminOpcode.CreateIoSubmissionQueue;
        var reply = Execute(AdminCommands.CreateIoSubmissionQueue(pair.Id, pair.Settings.Entries, pair.SubmissionRing.Value, pair.Id));
        // The half that exists goes too (trap P29).
        if (!reply.Status.IsSuccess) ExecuteChecked(AdminCommands.DeleteIoCompletionQueue(pair.Id));
        return reply.Status;
    }

    private NvmeSetupException Refused(AdminOpcode opcode, QueuePair pair, NvmeStatus status) => new(SetupProblem.Unsupported, Address,
        $"{Address} refuses queue pair {pair.Id} with {pair.Settings.Entries} entries: {opcode} failed with {status}. Use fewer queues or fewer entries.");

    // If it is not known whether the queues exist, only a stopped controller is known not to write into their rings.
    private void CreateOrRecover(QueuePair pair)
    {
        try
        {
            CreateQueues(pair);
        }
        catch (NvmeSetupException e) when (e.Problem == SetupProblem.DeviceFailed)
        {
            RecoverQuietly($"queue pair {pair.Id} could not be created ({e.Message})");
            throw;
        }
    }

    private void DeleteQueues(QueuePair pair)
    {
        // The submission queue first: its completion queue must not go while entries may still be posted (trap P29).
        ExecuteChecked(AdminCommands.DeleteIoSubmissionQueue(pair.Id));
        ExecuteChecked(AdminCommands.DeleteIoCompletionQueue(pair.Id));
    }

    private QueueId TakeQueueId()
    {
        for (ushort id = 1; id <= _queueLimit; id++)
        {
            if (_usedQueueIds.Add(id)) return new QueueId(id);
        }

        throw new NvmeSetupException(SetupProblem.Unsupported, Address,
            $"{Address} has no queue pair left: {_queueLimit} are in use. Use fewer cores, or open it with more {nameof(NvmeControllerOptions.ExtraQueuePairs)} if the controller has them.");
    }

    // The next queue with this identifier starts at zero, also where a controller looks in memory. Nobody stores there any more: the owner is here to give it back.
    private void ReturnQueueId(QueueId id)
    {
        _shadowDoorbells?.Clear(id);
        _usedQueueIds.Remove(id.Value);
    }

    // On the owner's thread: everything in flight ends, the controller forgets the queues, then their memory is free (rule 5).
    private void DisposeCallerPair(QueuePair pair)
    {
        WaitForOwner(pair, () => pair.InFlight == 0);
        if (pair.InFlight == 0 && pair.IsOpen) Call(() => DeleteIfLive(pair)).GetAwaiter().GetResult();
        if (pair.IsOpen) Call(() => RecoverIfOpen(pair)).GetAwaiter().GetResult();
        if (!pair.IsOpen) WaitForOwner(pair, () => pair.IsStopped);
        Call(() => Forget(pair)).GetAwaiter().GetResult();
        // What the controller may still write to is never used again.
        if (pair.IsStopped && pair.InFlight == 0) pair.ReleaseMemory();
        ReleaseTransport();
    }

    // Polling ends it: by completions, or by a timeout that leads to a reset, which closes the pair.
    private void WaitForOwner(QueuePair pair, Func<bool> reached)
    {
        var limit = Options.CommandTimeout + Options.CommandTimeout + s_resetLimit;
        var started = Stopwatch.GetTimestamp();
        for (var spins = 0; !reached() && Stopwatch.GetElapsedTime(started) < limit;)
        {
            pair.Poll();
            if (!reached()) _registers.Pause(ref spins);
        }
    }

    private void DeleteIfLive(QueuePair pair)
    {
        if (_state is not ControllerState.Live || !pair.IsOpen) return;
        try
        {
            DeleteQueues(pair);
            pair.Close();
            pair.ControllerStopped();
        }
        catch (NvmeSetupException e)
        {
            // Only a stopped controller is known not to write into the rings any more.
            RecoverQuietly($"queue pair {pair.Id} could not be deleted ({e.Message})");
        }
    }

    private void RecoverIfOpen(QueuePair pair)
    {
        if (pair.IsOpen && _state is ControllerState.Live) RecoverQuietly($"queue pair {pair.Id} did not get empty");
    }

    private void Forget(QueuePair pair)
    {
        if (_callerPairs.Remove(pair)) ReturnQueueId(pair.Id);
    }

    private void ThrowIfNotLive()
    {
        if (_state is ControllerState.Closed) ThrowClosed();
        if (_state is not ControllerState.Live) throw DeadError();
    }

    private void ThrowClosed() => throw new ObjectDisposedException(Address, $"The controller {Address} is closed.");
}
