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

    private readonly DmaBuffer _submissionMemory;
    private readonly DmaBuffer _completionMemory;
    private readonly long _scanInterval;
    private readonly int _scansUntilTimeout;
    private protected SubmissionQueue _submission;
    private protected CompletionQueue _completion;
    private protected volatile bool _open;
    private protected volatile bool _stopped;
    private protected volatile bool _accepting;
    private volatile bool _keepsMemory;
    private Thread? _owner;
    private int _ownerId;
    private int _pollsUntilClock;
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

    internal QueuePairSettings Settings { get; }

    internal Iova SubmissionRing => Settings.Space.Translate(_submissionMemory.Address, _submissionMemory.RegionIndex);

    internal Iova CompletionRing => Settings.Space.Translate(_completionMemory.Address, _completionMemory.RegionIndex);

    /// <summary>Handles what the controller completed, then rings the doorbells: at most one of each queue.</summary>
    /// <returns>How many completions were handled.</returns>
    /// <exception cref="InvalidOperationException">Another thread owns the pair.</exception>
    public abstract int Poll();

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
    }

    /// <summary>Makes the calling thread the owner, in place of an owner that has ended.</summary>
    internal void TakeOwnership()
    {
        _owner = Thread.CurrentThread;
        _ownerId = Environment.CurrentManagedThreadId;
    }

    private protected abstract void AgeCommands(int scansUntilTimeout);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected void CheckOwner()
    {
        if (Environment.CurrentManagedThreadId != _ownerId)
            BindOrThrow();
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
        _pollsUntilClock = Settings.PollsPerClockReading;
        var now = Environment.TickCount64;
        if (now < _nextScan) return;
        _nextScan = now + _scanInterval;
        AgeCommands(_scansUntilTimeout);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void BindOrThrow()
    {
        if (_owner is not { IsAlive: true })
        {
            TakeOwnership();
            return;
        }

        throw new InvalidOperationException(
            $"Queue pair {Id} of {Settings.Address} belongs to thread {Name(_owner)} and was called on thread {Name(Thread.CurrentThread)}: " +
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
