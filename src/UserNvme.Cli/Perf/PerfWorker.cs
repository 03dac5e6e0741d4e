using UserNvme.Cli.Frame;
using UserNvme.Cli.Perf.Work;

namespace UserNvme.Cli.Perf;

/// <summary>The thread of one core: pinned, polls the loads of all namespaces in turn until it is told to stop. This half is its life.</summary>
internal abstract class PerfWorker
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _measured = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile PerfPhase _phase;

    protected PerfWorker(PerfSettings settings, int core)
    {
        Core = core;
        _phase = settings.WarmUp > TimeSpan.Zero ? PerfPhase.WarmUp : PerfPhase.Measure;
    }

    /// <summary>Ends when the load runs, or fails if it cannot.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Ends when the thread has measured, whether it was told to stop or all its loads were over before.</summary>
    public Task Measured => _measured.Task;

    /// <summary>Ends when the thread has given everything back; fails with what went wrong.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The loads, by namespace and queue pair; none before <see cref="Ready"/>.</summary>
    public abstract IReadOnlyList<PerfLoad> Loads { get; }

    protected int Core { get; }

    protected PerfPhase Phase => _phase;

    /// <summary>The worker of a core with the loop that the settings need and no more.</summary>
    public static PerfWorker Create(PerfSettings settings, IReadOnlyList<PerfTarget> targets, int index, PerfAlarm alarm) =>
        (settings.IsPlain, settings.Rate > 0) switch
        {
            (true, false) => new PerfWorker<PlainWork, AsTheyEnd>(settings, targets, index, alarm),
            (true, true) => new PerfWorker<PlainWork, ByClock>(settings, targets, index, alarm),
            (false, false) => new PerfWorker<MixedWork, AsTheyEnd>(settings, targets, index, alarm),
            (false, true) => new PerfWorker<MixedWork, ByClock>(settings, targets, index, alarm),
        };

    public void Start() => new Thread(Run) { IsBackground = true, Name = $"perf core {Core}" }.Start();

    public void Enter(PerfPhase phase) => _phase = phase;

    protected abstract void CreateLoads();

    protected abstract void Work();

    protected void SignalMeasured() => _measured.TrySetResult();

    private void Run()
    {
        Exception? error = null;
        try
        {
            if (!CpuAffinity.TryPin(Core))
                throw ToolException.Usage($"The kernel does not let this process run on core {Core}; choose others with -c.");
            CreateLoads();
            foreach (var load in Loads)
                load.Start();
            _ready.TrySetResult();
            Work();
        }
        catch (Exception e)
        {
            error = e;
        }

        foreach (var load in Loads)
            error = DisposeOf(load) ?? error;
        _measured.TrySetResult();
        if (error is null)
        {
            _ended.SetResult();
            return;
        }

        _ready.TrySetException(error);
        _ended.SetException(error);
    }

    private static Exception? DisposeOf(PerfLoad load)
    {
        try
        {
            load.Dispose();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}
