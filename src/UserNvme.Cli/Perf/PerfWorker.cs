using System.Runtime.CompilerServices;
using UserNvme.Cli.Frame;

namespace UserNvme.Cli.Perf;

/// <summary>The thread of one core: pinned, polls the loads of all namespaces in turn until it is told to stop.</summary>
internal sealed class PerfWorker
{
    private const int StepsUntilYield = 16384;
    private const int StepsBetweenYields = 256;

    private readonly PerfSettings _settings;
    private readonly IReadOnlyList<PerfTarget> _targets;
    private readonly int _core;
    private readonly int _index;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _emptySteps;
    private volatile PerfPhase _phase;
    private volatile PerfLoad[] _loads = [];

    public PerfWorker(PerfSettings settings, IReadOnlyList<PerfTarget> targets, int index)
    {
        _settings = settings;
        _targets = targets;
        _index = index;
        _core = settings.Cores[index];
        _phase = settings.WarmUp > TimeSpan.Zero ? PerfPhase.WarmUp : PerfPhase.Measure;
    }

    /// <summary>Ends when the load runs, or fails if it cannot.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Ends when the thread has given everything back; fails with what went wrong.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The loads, one per namespace. Their counters may be read at any time, all else after <see cref="Ended"/>.</summary>
    public IReadOnlyList<PerfLoad> Loads => _loads;

    public void Start() => new Thread(Run) { IsBackground = true, Name = $"perf core {_core}" }.Start();

    public void Enter(PerfPhase phase) => _phase = phase;

    private void Run()
    {
        var loads = new List<PerfLoad>();
        Exception? error = null;
        try
        {
            if (!CpuAffinity.TryPin(_core))
                throw ToolException.Usage($"The kernel does not let this process run on core {_core}; choose others with -c.");
            foreach (var target in _targets)
                loads.Add(new PerfLoad(target, _settings, _core, _index));
            _loads = [.. loads];
            foreach (var load in loads)
                load.Start();
            _ready.TrySetResult();
            Poll(_loads);
        }
        catch (Exception e)
        {
            error = e;
        }

        foreach (var load in loads)
            error = DisposeOf(load) ?? error;
        if (error is null)
        {
            _ended.SetResult();
            return;
        }

        _ready.TrySetException(error);
        _ended.SetException(error);
    }

    private void Poll(PerfLoad[] loads)
    {
        while (_phase == PerfPhase.WarmUp && !AllClosed(loads))
            Step(loads);
        foreach (var load in loads)
            load.BeginMeasuring();
        while (_phase == PerfPhase.Measure && !AllClosed(loads))
            Step(loads);
        foreach (var load in loads)
            load.EndMeasuring();

        // Bounded: a command that is not answered in its time leads to a reset, which ends all of them.
        while (!Array.TrueForAll(loads, load => load.IsDrained))
            Step(loads);
    }

    private void Step(PerfLoad[] loads)
    {
        var handled = 0;
        foreach (var load in loads)
            handled += load.Step();
        if (handled != 0)
            _emptySteps = 0;
        else if (++_emptySteps >= StepsUntilYield)
            Yield();
    }

    // Over 100 us without a completion: either the device is slow, and a yield costs nothing, or it is an emulated one that waits for
    // this very core.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Yield()
    {
        _emptySteps -= StepsBetweenYields;
        Thread.Yield();
    }

    private static bool AllClosed(PerfLoad[] loads)
    {
        foreach (var load in loads)
        {
            if (!load.IsClosed)
                return false;
        }

        return true;
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
