using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using UserNvme.Interop;

namespace UserNvme.Queues;

/// <summary>
/// The polling thread of a core: the one owner of the queue pairs of all controllers that use this core. Work from elsewhere comes
/// through its MPSC queue. It polls the queues that have commands in flight and no others. When it finds nothing it waits as
/// <see cref="WaitHistory"/> says, and then sleeps: until something is posted, or until an interrupt where commands are in flight.
/// </summary>
public sealed partial class Reactor
{
    private const int RoundsPerClockReading = 256;
    private static readonly Dictionary<int, Reactor> s_byCore = [];
    private static readonly Lock s_lock = new();

    // Whose queues live here, and how many; and who of them is about to close.
    private readonly Dictionary<object, int> _users = [];
    private readonly HashSet<object> _leaving = [];

    [ThreadStatic]
    private static Reactor? t_current;

    private readonly MpscQueue<ReactorItem> _items = new();
    private readonly EventPoll _sleep = new();
    private readonly ILogger _logger;
    private IoChannel[] _polled = new IoChannel[4];
    private int _polledCount;
    private int _roundsUntilClock;
    private nuint _stackTop;
    private nuint _stackSeen;
    private volatile int _sleeping;
    private volatile bool _stop;
    private volatile bool _ended;
    private int _endsItems;

    private Reactor(int core, ILogger logger)
    {
        Core = core;
        _logger = logger;
        _context = new ReactorContext(this);
    }

    /// <summary>The CPU that the thread is pinned to.</summary>
    public int Core { get; }

    /// <summary>The reactor whose thread this is; null on other threads.</summary>
    public static Reactor? Current => t_current;

    /// <summary>Whether the calling thread is this reactor's.</summary>
    public unsafe bool IsCurrent
    {
        // What lies between two places of the thread's stack is on the thread. Asking for the thread is a call and some loads that depend on each
        // other, and is done for new places only.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        [SkipLocalsInit]
        get
        {
            byte place;
            return _stackTop - (nuint)(&place) <= _stackSeen || IsThisThread((nuint)(&place));
        }
    }

    /// <summary>The reactor of a core, started if it does not run yet. Each call needs one <see cref="Release"/>.</summary>
    /// <param name="core">The core.</param>
    /// <param name="user">Who uses it: the controller.</param>
    /// <param name="logger">For what goes wrong on it, where it is started.</param>
    /// <exception cref="NvmeSetupException">The process may not run on this core.</exception>
    internal static Reactor Acquire(int core, object user, ILogger logger)
    {
        lock (s_lock)
        {
            if (!s_byCore.TryGetValue(core, out var reactor))
            {
                reactor = new Reactor(core, logger);
                reactor.Start();
                s_byCore.Add(core, reactor);
            }

            reactor._users[user] = reactor._users.GetValueOrDefault(user) + 1;
            return reactor;
        }
    }

    /// <summary>Ends the thread with its last user, once those who live here have ended as well.</summary>
    internal void Release(object user)
    {
        CancellationTokenSource ending;
        lock (s_lock)
        {
            if (--_users[user] != 0) return;
            _users.Remove(user);
            _leaving.Remove(user);
            if (_users.Count != 0) return;
            s_byCore.Remove(Core);
            ending = RenewEnding();
        }

        // Off this thread: what services do when they are told is theirs.
        _ = ending.CancelAsync();
        _stop = true;
        Interlocked.MemoryBarrier();
        Wake();
    }

    /// <summary>Hands an item to the reactor, which gets to it on its next round. Any thread.</summary>
    internal void Post(ReactorItem item)
    {
        _items.Enqueue(item);
        if (IsCurrent) return;
        Wake();
        // The thread has ended with its last controller: what comes late still gets its answer, from here.
        if (_ended) RunItemsAfterEnd();
    }

    /// <summary>Runs an action on the reactor and waits for its end; on the reactor itself it runs at once.</summary>
    /// <returns>False if the reactor did not get to it within the limit, as when a continuation blocks it.</returns>
    internal bool Invoke(Action action, TimeSpan limit)
    {
        if (IsCurrent)
        {
            action();
            return true;
        }

        var item = new ReactorAction(action);
        Post(item);
        return item.Wait(limit);
    }

    /// <summary>Interrupts of a channel can end the sleep from now on. On the reactor.</summary>
    internal void Add(IoChannel channel)
    {
        if (channel.Interrupt is { } interrupt) _sleep.Add(interrupt.Event);
    }

    /// <summary>Polls a channel no longer. On the reactor.</summary>
    internal void Remove(IoChannel channel)
    {
        channel.GiveUpInterrupts();
        var index = Array.IndexOf(_polled, channel, 0, _polledCount);
        if (index >= 0) StopPolling(index);
    }

    /// <summary>An interrupt does not end the sleep any more.</summary>
    internal void Forget(InterruptLine interrupt) => _sleep.Remove(interrupt.Event);

    /// <summary>Polls a channel until nothing of it is in flight. On the reactor.</summary>
    internal void StartPolling(IoChannel channel)
    {
        if (_polledCount == _polled.Length) Array.Resize(ref _polled, 2 * _polledCount);
        _polled[_polledCount++] = channel;
        channel.IsPolled = true;
    }

    private bool IsOver => _stop && _works == 0;

    private void Start()
    {
        Exception? error = null;
        using var started = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            try
            {
                ThreadAffinity.PinTo(Core);
            }
            catch (Exception e)
            {
                error = e;
            }

            started.Set();
            if (error is null) Run();
        })
        {
            IsBackground = true,
            Name = string.Create(CultureInfo.InvariantCulture, $"nvme reactor {Core}"),
        };
        // The polling thread carries no caller's context into the continuations that it runs.
        using (ExecutionContext.SuppressFlow())
            thread.Start();
        started.Wait();
        if (error is NvmeSetupException) throw error;
        if (error is not null) throw new NvmeSetupException(SetupProblem.SystemError, "", $"The polling thread of core {Core} did not start: {error.Message}", error);
    }

    private unsafe void Run()
    {
        byte top;
        t_current = this;
        _stackTop = (nuint)(&top);
        Loop();
        // Another thread's stack may come to lie there.
        _stackTop = 0;
    }

    // In a frame of its own, so that all it does lies below the place that was taken.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Loop()
    {
        var idleRounds = 0;
        while (!IsOver)
        {
            var work = (_items.IsEmpty ? 0 : RunItems()) + PollChannels();
            if (--_roundsUntilClock < 0) ReadClock();
            if (work != 0)
            {
                idleRounds = 0;
                if (_isWaiting) EndWait();
            }
            else if (++idleRounds > RoundsBeforeWaiting && Wait())
            {
                idleRounds = 0;
            }
        }

        _ended = true;
        Interlocked.MemoryBarrier();
        RunItemsAfterEnd();
        _sleep.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsThisThread(nuint place)
    {
        if (!ReferenceEquals(t_current, this)) return false;
        if (place <= _stackTop) _stackSeen = Math.Max(_stackSeen, _stackTop - place);
        return true;
    }

    // By one thread at a time, and nobody waits for another: an item may wait for a thread that posts. Who is at it looks again at its end.
    private void RunItemsAfterEnd()
    {
        while (!_items.IsEmpty && Interlocked.Exchange(ref _endsItems, 1) == 0)
        {
            RunItems();
            Interlocked.Exchange(ref _endsItems, 0);
        }
    }

    private int RunItems()
    {
        var count = 0;
        for (var item = _items.TakeAll(); item is not null;)
        {
            // An item may be posted again from within Run: its link is read first.
            var next = ((ILinked<ReactorItem>)item).Next;
            try
            {
                item.Run();
            }
            catch (Exception e)
            {
                LogItemFailed(e, Core);
            }

            item = next;
            count++;
        }

        return count;
    }

    private int PollChannels()
    {
        var handled = 0;
        // From the end: a channel that gets busy meanwhile is added there and has its turn in the next round.
        for (var i = _polledCount - 1; i >= 0; i--)
        {
            var channel = _polled[i];
            handled += Poll(channel);
            if (!channel.IsBusy) StopPolling(i);
        }

        return handled;
    }

    private int Poll(IoChannel channel)
    {
        try
        {
            return channel.Poll();
        }
        catch (Exception e)
        {
            // A continuation that throws must not end the polling of everybody else.
            LogPollFailed(e, Core);
            return 1;
        }
    }

    private void StopPolling(int index)
    {
        _polled[index].IsPolled = false;
        _polled[index] = _polled[--_polledCount];
        _polled[_polledCount] = null!;
    }

    // One reading for all channels, and none in a round that has nothing to do with time.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReadClock()
    {
        _roundsUntilClock = RoundsPerClockReading;
        var now = Environment.TickCount64;
        _nextLook = now + LongestSleepMilliseconds;
        var disturbed = now - _lastTired > BusyMilliseconds;
        for (var i = 0; i < _polledCount; i++)
        {
            _nextLook = Math.Min(_nextLook, _polled[i].LookForTimeouts(now));
            if (disturbed) _polled[i].StayAwake();
        }
    }

    [LoggerMessage(1, LogLevel.Critical, "An item failed on the reactor of core {Core}")]
    private partial void LogItemFailed(Exception error, int core);

    [LoggerMessage(2, LogLevel.Critical, "A queue's poll failed on the reactor of core {Core}")]
    private partial void LogPollFailed(Exception error, int core);
}
