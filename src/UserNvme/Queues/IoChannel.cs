using UserNvme.Spec;

namespace UserNvme.Queues;

/// <summary>
/// A controller's way through one reactor: the reactor-owned queue pair and the line of requests that wait for room in it.
/// All members are called on the reactor, but for <see cref="Start"/>.
/// </summary>
internal sealed class IoChannel
{
    // More than are in flight at most depths; what is beyond goes back to the pool that all threads share.
    private const int MostUnused = 512;

    private readonly QueuePair<IoCommand, Handler> _pair;
    private readonly Action<IoChannel, ushort> _abort;
    private IoRequest? _unused;
    private int _unusedCount;
    private IoRequest? _firstWaiting;
    private IoRequest? _lastWaiting;
    private bool _issuing;
    private bool _suspended = true;
    private bool _wantsInterrupt;
    private Exception? _dead;

    /// <summary>Makes the channel; it takes requests at once and issues them when it is resumed.</summary>
    /// <param name="reactor">The owner of the queue pair.</param>
    /// <param name="settings">The queue pair's.</param>
    /// <param name="abort">Asks the controller to abort a command; must return at once.</param>
    /// <param name="interrupt">What the completion queue signals; null if the reactor never sleeps while commands of the channel are in flight.</param>
    public IoChannel(Reactor reactor, QueuePairSettings settings, Action<IoChannel, ushort> abort, InterruptLine? interrupt = null)
    {
        Reactor = reactor;
        _abort = abort;
        _pair = new QueuePair<IoCommand, Handler>(settings, new Handler(this));
        Interrupt = interrupt;
        interrupt?.AddUser();
    }

    public Reactor Reactor { get; }

    public QueuePair Pair => _pair;

    /// <summary>Whether the channel may still write doorbells, so that the way to the controller has to stay open.</summary>
    public bool HoldsTransport { get; set; }

    /// <summary>What the completion queue signals; null if the queue is created without interrupts.</summary>
    public InterruptLine? Interrupt { get; private set; }

    /// <summary>Whether there is something to poll for: commands in flight, on a queue that is open.</summary>
    public bool IsBusy => _pair.InFlight != 0 && !_suspended;

    /// <summary>Whether the reactor has the channel among those that it polls. The reactor's own mark.</summary>
    public bool IsPolled { get; set; }

    /// <summary>Whether nothing is in flight and nothing waits.</summary>
    public bool IsDrained => _pair.InFlight == 0 && _firstWaiting is null;

    /// <summary>Starts a request that has begun: at once when called on the reactor, else on the reactor's next round. Any thread.</summary>
    public void Start(IoRequest request)
    {
        if (Reactor.IsCurrent)
            Submit(request);
        else
            Reactor.Post(request);
    }

    public void Submit(IoRequest request)
    {
        // Where nobody waits there is no line to stand in.
        if (_firstWaiting is null && !_issuing && !_suspended && TryIssueAll(request))
        {
            if (request.IsFinished) request.Complete();
            return;
        }

        if (_dead is not null) request.Fail(_dead);
        if (request.IsFinished)
        {
            request.Complete();
            return;
        }

        if (_lastWaiting is null)
            _firstWaiting = request;
        else
            _lastWaiting.NextWaiting = request;
        _lastWaiting = request;
        Issue();
    }

    /// <summary>A request that nobody uses, if one was given back here. On the reactor.</summary>
    public IoRequest? TakeUnused()
    {
        var request = _unused;
        if (request is null) return null;
        _unused = request.NextWaiting;
        request.NextWaiting = null;
        _unusedCount--;
        return request;
    }

    /// <summary>Keeps a request for the next use. On the reactor. False if there are enough.</summary>
    public bool TryKeepUnused(IoRequest request)
    {
        if (_unusedCount == MostUnused) return false;
        request.NextWaiting = _unused;
        _unused = request;
        _unusedCount++;
        return true;
    }

    public int Poll()
    {
        var handled = _pair.PollPiece();
        if (_firstWaiting is not null) Issue();
        return handled;
    }

    /// <summary>Ages what is in flight, where it is time for that.</summary>
    /// <param name="now">Milliseconds of <see cref="Environment.TickCount64"/>.</param>
    /// <returns>The time of the next call that matters.</returns>
    public long LookForTimeouts(long now) => _pair.LookForTimeouts(now);

    /// <summary>Whether the reactor may sleep while commands of the channel are in flight.</summary>
    public bool MaySleep => Interrupt is { HasFailed: false };

    /// <summary>Asks for interrupts, and tells whether a completion ends the sleep of who looks at the queue once more before it.</summary>
    public bool IsReadyToSleep()
    {
        if (!_wantsInterrupt)
        {
            _wantsInterrupt = true;
            Interrupt!.Want();
        }

        return Interrupt!.IsAttached;
    }

    /// <summary>Asks for no interrupts any more: the reactor is busy and would only be disturbed.</summary>
    public void StayAwake()
    {
        if (!_wantsInterrupt) return;
        _wantsInterrupt = false;
        Interrupt?.Unwant();
    }

    /// <summary>Has the queue polled, and not slept for, from now on. On the reactor, or before it polls the channel.</summary>
    public void GiveUpInterrupts()
    {
        if (Interrupt is not { } interrupt) return;
        StayAwake();
        Interrupt = null;
        Reactor.Forget(interrupt);
        interrupt.RemoveUser();
    }

    /// <summary>Issues nothing more and writes no doorbell, until resumed.</summary>
    public void Suspend()
    {
        _suspended = true;
        _pair.Close();
    }

    /// <summary>Issues what waits. The controller has (re)created the queues.</summary>
    public void Resume(Transports.Doorbell submission, Transports.Doorbell completion)
    {
        _pair.TakeOwnership();
        _pair.Open(submission, completion);
        _suspended = false;
        if (IsBusy && !IsPolled) Reactor.StartPolling(this);
        Issue();
    }

    /// <summary>Ends what is in flight without an answer. Only after the controller is proven stopped.</summary>
    public void Abandon() => _pair.AbandonAll();

    /// <summary>Fails what waits and whatever comes later.</summary>
    public void Kill(Exception reason)
    {
        Suspend();
        _dead = reason;
        while (_firstWaiting is { } request)
        {
            RemoveFirst();
            request.GiveUp(reason);
            FinishIfDone(request);
        }
    }

    /// <summary>Stops a request: what is not issued never is, what is in flight the controller is asked to abort.</summary>
    public void Cancel(IoRequest request, Exception reason)
    {
        request.Cancel(reason);
        if (request.HasCommandsInFlight)
        {
            foreach (var commandId in _pair.FindCommands(c => ReferenceEquals(c.Request, request)))
                _abort(this, commandId);
        }
        else if (IsWaiting(request))
        {
            Remove(request);
            request.Complete();
        }
    }

    private void Issue()
    {
        // A completion inside may lead back here through a continuation; the outer call goes on with what that added.
        if (_issuing || _suspended) return;
        _issuing = true;
        try
        {
            while (_firstWaiting is { } request)
            {
                if (request.WantsToIssue && !TryIssueAll(request)) return;
                RemoveFirst();
                FinishIfDone(request);
            }
        }
        finally
        {
            _issuing = false;
        }
    }

    private bool TryIssueAll(IoRequest request)
    {
        while (request.WantsToIssue)
        {
            var data = request.Peek(out var command, out var lba);
            if (!_pair.TrySubmit(in command, data, new IoCommand(request, lba))) return false;
            if (!IsPolled) Reactor.StartPolling(this);
            request.Issued();
        }

        return true;
    }

    private void Remove(IoRequest request)
    {
        IoRequest? before = null;
        for (var one = _firstWaiting; !ReferenceEquals(one, request); one = one!.NextWaiting) before = one;
        if (before is null)
        {
            RemoveFirst();
            return;
        }

        before.NextWaiting = request.NextWaiting;
        if (ReferenceEquals(_lastWaiting, request)) _lastWaiting = before;
        request.NextWaiting = null;
    }

    private void RemoveFirst()
    {
        var request = _firstWaiting!;
        _firstWaiting = request.NextWaiting;
        if (_firstWaiting is null) _lastWaiting = null;
        request.NextWaiting = null;
    }

    // A request that still waits in line is finished when its turn comes.
    private void FinishIfDone(IoRequest request)
    {
        if (request.IsFinished && !IsWaiting(request)) request.Complete();
    }

    private bool IsWaiting(IoRequest request) =>
        request.NextWaiting is not null || ReferenceEquals(_lastWaiting, request);

    private readonly struct Handler(IoChannel channel) : ICompletionHandler<IoCommand>
    {
        public void OnCompletion(in CompletionEntry completion, IoCommand state)
        {
            state.Request.Answered(in completion, state.Lba);
            channel.FinishIfDone(state.Request);
        }

        public void OnAbandoned(IoCommand state)
        {
            state.Request.Abandoned(state.Lba, channel.Pair.KeepsMemory);
            channel.FinishIfDone(state.Request);
        }
    }
}
