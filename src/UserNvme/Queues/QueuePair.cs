using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using UserNvme.Memory;
using UserNvme.Spec;
using UserNvme.Transports;

namespace UserNvme.Queues;

/// <summary>
/// A submission queue and its completion queue, one thread's own (rule 8). This half holds the rings and what is cold; slots and
/// the path of a command are in <see cref="QueuePair{TState, THandler}"/>.
/// </summary>
public abstract class QueuePair : IDisposable
{
    private const int ScansPerTimeout = 16;
    private const int MaxScanIntervalMilliseconds = 500;
    private const int NewsPerCommand = 4;

    private readonly DmaBuffer _submissionMemory;
    private readonly DmaBuffer _completionMemory;
    private readonly DmaBuffer? _shadowDoorbells;
    private readonly long _scanInterval;
    private readonly int _scansUntilTimeout;
    private protected SubmissionQueue _submission;
    private protected CompletionQueue _completion;
    private protected volatile bool _open;
    private protected volatile bool _stopped;
    private protected volatile bool _accepting;
    private volatile bool _keepsMemory;
    private protected LeaseHolder _owner = LeaseHolder.Nobody;
    private Thread? _ownerThread;
    private nuint _ownerStackFrom;
    private nuint _ownerStackLength;
    private int _pollsUntilClock;

    // Commands and completions that the controller has not been told of yet, and for how many polls that found nothing.
    private protected int _unrung;
    private int _emptyPolls;
    private long _nextScan;
    private Action<QueuePair>? _onDispose;
    private volatile bool _disposed;

    private protected QueuePair(QueuePairSettings settings)
    {
        Settings = settings;
        _submissionMemory = settings.Heap.Rent(checked(settings.Entries * Unsafe.SizeOf<SubmissionEntry>()), settings.PageSize);
        try
        {
            _completionMemory = settings.Heap.Rent(checked(settings.Entries * Unsafe.SizeOf<CompletionEntry>()), settings.PageSize);
        }
        catch
        {
            ((IDisposable)_submissionMemory).Dispose();
            throw;
        }

        // The owner may be storing to it while the controller is being closed.
        _shadowDoorbells = settings.ShadowDoorbells;
        _shadowDoorbells?.AddLease();
        _submission = new SubmissionQueue(_submissionMemory.Address, settings.Entries);
        _completion = new CompletionQueue(_completionMemory.Address, settings.Entries);
        var timeout = (long)settings.CommandTimeout.TotalMilliseconds;
        _scanInterval = Math.Clamp(timeout / ScansPerTimeout, 1, MaxScanIntervalMilliseconds);
        _scansUntilTimeout = checked((int)Math.Min(ushort.MaxValue, ((timeout + _scanInterval - 1) / _scanInterval) + 1));
    }

    /// <summary>The queues' identifier.</summary>
    public QueueId Id => Settings.Id;

    /// <summary>How many commands can be in flight: one less than the rings have entries.</summary>
    public int Capacity => Settings.Entries - 1;

    /// <summary>How many commands are in flight now.</summary>
    public abstract int InFlight { get; }

    /// <summary>False once the controller was reset, closed or lost: nothing can be submitted any more.</summary>
    public bool IsOpen => _open;

    /// <summary>The owner, as one that takes leases. On the owner's thread.</summary>
    internal LeaseHolder Owner => _owner;

    internal QueuePairSettings Settings { get; }

    internal Iova SubmissionRing => Settings.Space.Translate(_submissionMemory.Address, _submissionMemory.RegionIndex);

    internal Iova CompletionRing => Settings.Space.Translate(_completionMemory.Address, _completionMemory.RegionIndex);

    /// <summary>
    /// How many times the submission doorbell register was written: one write tells of all commands since the one before. With shadow doorbells
    /// (<see cref="Controllers.NvmeController.UsesShadowDoorbells"/>) that is seldom, for the controller looks by itself. For the owner.
    /// </summary>
    public long SubmissionDoorbellWrites => _submission.Rings;

    /// <summary>How many times the completion doorbell register was written, as <see cref="SubmissionDoorbellWrites"/>. For the owner.</summary>
    public long CompletionDoorbellWrites => _completion.Rings;

    /// <summary>
    /// Handles what the controller completed, then rings the doorbells if that is due: at most one write to each, at any depth. With few
    /// commands in flight it is always due. With many, a doorbell write is collected with those to come, until about an eighth of the commands
    /// in flight waits for one or 64 polls found nothing. So a caller that will not poll again soon calls <see cref="Ring"/>.
    /// </summary>
    /// <returns>How many completions were handled.</returns>
    /// <exception cref="InvalidOperationException">Another thread owns the pair.</exception>
    public abstract int Poll();

    /// <summary>
    /// Tells the controller at once about all submitted commands and handled completions, without polling; nothing if there are none to tell of.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another thread owns the pair.</exception>
    public void Ring()
    {
        CheckOwner();
        if (_open && _unrung != 0) RingNow();
    }

    /// <summary>
    /// Gives the queue back to the controller and its memory to the heap; polls until nothing is in flight first. On the owner's thread, or
    /// any thread once the owner has ended.
    /// </summary>
    public void Dispose()
    {
        if (_disposed) return;
        CheckOwner();
        _disposed = true;
        // A handler that answers each completion with a new command would never let it get empty.
        _accepting = false;
        GC.SuppressFinalize(this);
        var onDispose = Interlocked.Exchange(ref _onDispose, null);
        if (onDispose is not null)
            onDispose(this);
        else
            ReleaseMemory();
    }

    /// <summary>
    /// Opens the rings of a queue that the controller has created or is about to: zeroed, both ends at 0. The controller writes the ring only
    /// after the first doorbell.
    /// </summary>
    internal void Open(Doorbell submission, Doorbell completion)
    {
        _submission.Reset(submission);
        _completion.Reset(completion);
        _unrung = _emptyPolls = 0;
        _stopped = false;
        _open = true;
        _accepting = true;
    }

    /// <summary>Nothing more is submitted, no completion is taken and no doorbell is written from the owner's next call on. Any thread.</summary>
    internal void Close()
    {
        _accepting = false;
        _open = false;
    }

    /// <summary>Says that the controller of a closed pair is proven stopped: the owner's next poll ends what is in flight. Any thread.</summary>
    internal void ControllerStopped() => _stopped = true;

    /// <summary>
    /// Says that the controller cannot be stopped for sure: what it may still touch, rings and buffers in flight, is never used again. Before
    /// <see cref="ControllerStopped"/> or <see cref="AbandonAll"/>.
    /// </summary>
    internal void KeepMemory() => _keepsMemory = true;

    /// <summary>Whether memory that the controller knows of is set aside for good.</summary>
    internal bool KeepsMemory => _keepsMemory;

    /// <summary>Whether the rings may be given back: the controller was stopped since the pair was closed.</summary>
    internal bool IsStopped => _stopped;

    /// <summary>What a caller-owned pair does when its owner disposes it.</summary>
    internal void OnDispose(Action<QueuePair> action) => _onDispose = action;

    /// <summary>Ends every command in flight. Only after the controller is proven stopped (rule 1); on the owner's thread.</summary>
    internal abstract void AbandonAll();

    /// <summary>Gives the rings back. Only when the controller no longer knows of the queues.</summary>
    internal virtual void ReleaseMemory()
    {
        if (_keepsMemory) return;
        ((IDisposable)_submissionMemory).Dispose();
        ((IDisposable)_completionMemory).Dispose();
        _shadowDoorbells?.ReleaseLease();
    }

    /// <summary>Makes the calling thread the owner, in place of an owner that has ended.</summary>
    internal void TakeOwnership()
    {
        var before = _owner;
        _owner = LeaseHolder.Current;
        _ownerThread = Thread.CurrentThread;
        _ownerStackFrom = _ownerStackLength = 0;
        // No thread is left that could end the leases of one that has ended.
        if (before != _owner && before != LeaseHolder.Nobody) TakeOverLeases(before);
    }

    // Each completion that was answered by a new command counts twice: an eighth of the depth is a quarter of it in doorbell news. Where all that
    // is in flight has not been told of, this is due as well, so a controller that has nothing to do is never kept waiting.
    private protected void RingWhenDue(int handled)
    {
        if (handled == 0) _emptyPolls++;
        if (_unrung * NewsPerCommand >= InFlight || _emptyPolls >= Settings.EmptyPollsBeforeRinging || !_accepting) RingNow();
    }

    // The completion doorbell first: as many commands as the controller has then, so many free places its completion queue has (it never fills).
    private void RingNow()
    {
        _unrung = _emptyPolls = 0;
        if (_submission.HasShadow)
        {
            RingByShadow();
            return;
        }

        _completion.Ring();
        _submission.Ring();
    }

    // The controller says up to where it looks by itself, and then looks once more; here the shadow is stored, and then what it says is read. With a
    // full barrier in between on both sides one of the two sees the other (trap P14). Both doorbells have a shadow or none has.
    private void RingByShadow()
    {
        var head = _completion.StoreShadow();
        var tail = _submission.StoreShadow();
        Interlocked.MemoryBarrier();
        _completion.WriteIfAwaited(head);
        _submission.WriteIfAwaited(tail);
    }

    private protected abstract void TakeOverLeases(LeaseHolder ended);

    /// <summary>Ages what is in flight, where it is time for that. On the owner's thread.</summary>
    /// <param name="now">Milliseconds of <see cref="Environment.TickCount64"/>.</param>
    /// <returns>The time of the next call that matters.</returns>
    internal long LookForTimeouts(long now)
    {
        if (now < _nextScan) return _nextScan;
        _nextScan = now + _scanInterval;
        AgeCommands(_scansUntilTimeout);
        return _nextScan;
    }

    private protected abstract void AgeCommands(int scansUntilTimeout);

    // Who calls is told by the place of the caller's stack: what lies between two places of one thread's stack is that thread's as well. Asking
    // for the thread itself costs as much as the rest of a submission, so that is done for new places only, and now and then.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    [SkipLocalsInit]
    private protected unsafe void CheckOwner()
    {
        byte place;
        if ((nuint)(&place) - _ownerStackFrom > _ownerStackLength) CheckThread((nuint)(&place));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CheckThread(nuint place)
    {
        if (!_owner.IsCurrent) BindOrThrow();
        if (_ownerStackFrom == 0) _ownerStackFrom = place;
        var last = Math.Max(_ownerStackFrom + _ownerStackLength, place);
        _ownerStackFrom = Math.Min(_ownerStackFrom, place);
        _ownerStackLength = last - _ownerStackFrom;
    }

    // Ages are counted in scans that this pair was polled for, so that neither a late poll nor a suspended process makes a command late.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected void LookForTimeouts()
    {
        if (--_pollsUntilClock < 0)
            ReadClock();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReadClock()
    {
        // The owner may have ended, and a thread on the same stack be the caller.
        if (!_owner.IsCurrent) BindOrThrow();
        _pollsUntilClock = Settings.PollsPerClockReading;
        if (_pollsUntilClock != QueuePairSettings.OwnerReadsClock) LookForTimeouts(Environment.TickCount64);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void BindOrThrow()
    {
        if (_ownerThread is not { IsAlive: true })
        {
            TakeOwnership();
            return;
        }

        throw new InvalidOperationException(
            $"Queue pair {Id} of {Settings.Address} belongs to thread {Name(_ownerThread)} and was called on thread {Name(Thread.CurrentThread)}: " +
            "a queue pair has one owner; give each thread a pair of its own or use the async API.");

        static string Name(Thread thread) => thread.Name is { Length: > 0 } name ? $"'{name}' ({thread.ManagedThreadId})" : $"{thread.ManagedThreadId}";
    }

    [DoesNotReturn]
    private protected void ThrowClosed() => throw new NvmeException(
        $"Queue pair {Id} of {Settings.Address} is closed because its controller was reset, closed or lost: create a new one.", CommandFate.NotSubmitted)
    {
        Address = Settings.Address,
    };
}
