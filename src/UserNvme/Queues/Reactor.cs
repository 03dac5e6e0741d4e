using System.Globalization;
using Microsoft.Extensions.Logging;
using UserNvme.Interop;

namespace UserNvme.Queues;

/// <summary>
/// The polling thread of a core: the one owner of the queue pairs of all controllers that use this core. Work from elsewhere comes
/// through its MPSC queue. It spins while commands are in flight and sleeps when there are none.
/// </summary>
public sealed partial class Reactor
{
    private const int SpinsBeforeYield = 200;
    private const int SpinsBeforeSleep = 2_000;
    private static readonly Dictionary<int, Reactor> s_byCore = [];
    private static readonly Lock s_lock = new();

    [ThreadStatic]
    private static Reactor? t_current;

    private readonly MpscQueue<ReactorItem> _items = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly ILogger _logger;
    private IReactorQueue[] _queues = [];
    private int _sleeping;
    private int _users;
    private volatile bool _stop;
    private volatile bool _ended;

    private Reactor(int core, ILogger logger)
    {
        Core = core;
        _logger = logger;
    }

    /// <summary>The CPU that the thread is pinned to.</summary>
    public int Core { get; }

    /// <summary>The reactor whose thread this is; null on other threads.</summary>
    public static Reactor? Current => t_current;

    /// <summary>Whether the calling thread is this reactor's.</summary>
    public bool IsCurrent => ReferenceEquals(t_current, this);

    /// <summary>The reactor of a core, started if it does not run yet. Each call needs one <see cref="Release"/>.</summary>
    /// <exception cref="NvmeSetupException">The process may not run on this core.</exception>
    internal static Reactor Acquire(int core, ILogger logger)
    {
        lock (s_lock)
        {
            if (!s_byCore.TryGetValue(core, out var reactor))
            {
                reactor = new Reactor(core, logger);
                reactor.Start();
                s_byCore.Add(core, reactor);
            }

            reactor._users++;
            return reactor;
        }
    }

    /// <summary>Ends the thread with its last user.</summary>
    internal void Release()
    {
        lock (s_lock)
        {
            if (--_users != 0) return;
            s_byCore.Remove(Core);
        }

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

    /// <summary>Polls a queue from now on. On the reactor.</summary>
    internal void Add(IReactorQueue queue) => _queues = [.. _queues, queue];

    /// <summary>Polls a queue no longer. On the reactor.</summary>
    internal void Remove(IReactorQueue queue) => _queues = [.. _queues.Where(q => !ReferenceEquals(q, queue))];

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

    private void Run()
    {
        t_current = this;
        var idle = 0;
        while (!_stop)
        {
            var work = RunItems();
            var busy = false;
            foreach (var queue in _queues)
            {
                work += Poll(queue);
                busy |= queue.IsBusy;
            }

            if (work != 0)
                idle = 0;
            else if (++idle > SpinsBeforeYield)
                Relax(busy, ref idle);
        }

        _ended = true;
        Interlocked.MemoryBarrier();
        RunItemsAfterEnd();
    }

    private void RunItemsAfterEnd()
    {
        lock (_wake) RunItems();
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

    private int Poll(IReactorQueue queue)
    {
        try
        {
            return queue.Poll();
        }
        catch (Exception e)
        {
            // A continuation that throws must not end the polling of everybody else.
            LogPollFailed(e, Core);
            return 1;
        }
    }

    private void Relax(bool busy, ref int idle)
    {
        if (busy || idle < SpinsBeforeSleep)
        {
            // Somebody else may be what the device waits for, such as the emulated controller's thread on the same core.
            Thread.Yield();
            return;
        }

        Interlocked.Exchange(ref _sleeping, 1);
        // Whoever enqueues after this look sees the flag and wakes.
        if (_items.IsEmpty && !_stop) _wake.WaitOne();
        Interlocked.Exchange(ref _sleeping, 0);
        idle = 0;
    }

    private void Wake()
    {
        if (_sleeping != 0 && Interlocked.Exchange(ref _sleeping, 0) != 0) _wake.Set();
    }

    [LoggerMessage(1, LogLevel.Critical, "An item failed on the reactor of core {Core}")]
    private partial void LogItemFailed(Exception error, int core);

    [LoggerMessage(2, LogLevel.Critical, "A queue's poll failed on the reactor of core {Core}")]
    private partial void LogPollFailed(Exception error, int core);
}
