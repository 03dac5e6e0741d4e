using System.Diagnostics;
using UserNvme.Cli.Perf.Steady;
using UserNvme.Cli.Perf.Verify;
using UserNvme.Cli.Perf.Work;

namespace UserNvme.Cli.Perf;

/// <summary>A whole run: starts a thread per core, waits out warm-up, measurement and read-back, collects the figures.</summary>
internal sealed class PerfRun
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly PerfSettings _settings;
    private readonly VerifyLog _verifyLog;
    private readonly PerfProgress _progress;
    private readonly PerfAlarm _alarm;
    private readonly PerfWorker[] _workers;
    private readonly PerfSampler _sampler;
    private readonly SteadyStateDetector? _steady;

    public PerfRun(PerfSettings settings, IReadOnlyList<PerfTarget> targets, VerifyLog verifyLog, PerfProgress progress)
    {
        _settings = settings;
        _verifyLog = verifyLog;
        _progress = progress;
        _alarm = new PerfAlarm(isMuted: settings.ContinueOnError > 0);
        _workers = [.. settings.Cores.Select((_, index) => PerfWorker.Create(settings, targets, index, _alarm))];
        _sampler = new PerfSampler(settings.Duration);
        _steady = settings.SteadyState is { } rule ? new SteadyStateDetector(rule) : null;
    }

    private IEnumerable<PerfLoad> Loads => _workers.SelectMany(worker => worker.Loads);

    /// <summary>Runs to the end, or until it is cancelled: then the result holds what was measured so far.</summary>
    public async Task<PerfResult> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var worker in _workers)
            worker.Start();
        CollectorCounts collector;
        bool interrupted;
        try
        {
            await Task.WhenAll(_workers.Select(worker => worker.Ready)).ConfigureAwait(false);
            interrupted = await WarmUpAsync(cancellationToken).ConfigureAwait(false);
            var before = CollectorCounts.Now();
            Enter(PerfPhase.Measure);
            interrupted = interrupted || await MeasureAsync(cancellationToken).ConfigureAwait(false);
            collector = CollectorCounts.Now() - before;
            if (_settings.Verify && !interrupted && !_alarm.IsRaised)
                interrupted = await ReadBackAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // Also when one thread could not start: the others have commands in flight.
            Enter(PerfPhase.Stop);
            _progress.Clear();
            await Task.WhenAll(_workers.Select(worker => worker.Ended)).ConfigureAwait(false);
        }

        return Result(collector, interrupted);
    }

    private PerfResult Result(CollectorCounts collector, bool interrupted)
    {
        var loads = Loads.ToArray();
        return new PerfResult
        {
            Settings = _settings,
            Rows = [.. loads.GroupBy(load => (load.Target, load.Share.Core)).Select(group => PerfRow.Of([.. group], _settings.IoSize))],
            Collector = collector,
            Interrupted = interrupted,
            FirstError = loads.Select(load => load.FirstError).FirstOrDefault(error => error is not null),
            Samples = _sampler.Samples,
            SteadyState = _steady,
            Verify = _settings.Verify ? _verifyLog : null,
            Pace = _settings.Rate > 0 ? loads.Select(load => load.Pace).Aggregate(new PaceReport(), (sum, pace) => pace is null ? sum : sum + pace) : null,
        };
    }

    private void Enter(PerfPhase phase)
    {
        foreach (var worker in _workers)
            worker.Enter(phase);
    }

    private Task<bool> WarmUpAsync(CancellationToken cancellationToken) =>
        WaitAsync(_settings.WarmUp, Task.WhenAny(_alarm.Raised, AllOf(worker => worker.Measured)), _ => false, cancellationToken);

    private Task<bool> MeasureAsync(CancellationToken cancellationToken)
    {
        var nextSecond = s_second;
        var lastSecond = (At: TimeSpan.Zero, Count: 0L);
        return WaitAsync(_settings.Duration, Task.WhenAny(_alarm.Raised, AllOf(worker => worker.Measured)), elapsed =>
        {
            _sampler.Look(elapsed, Loads);
            if (elapsed < nextSecond)
                return false;
            var count = Loads.Sum(load => load.Latencies.Sum(latency => latency.Count));
            var iops = (count - lastSecond.Count) / (elapsed - lastSecond.At).TotalSeconds;
            lastSecond = (elapsed, count);
            nextSecond = elapsed + s_second - TimeSpan.FromMilliseconds(1);
            _progress.Show(elapsed, _settings, iops, Loads, _steady);
            return _steady is not null && _steady.Add(iops);
        }, cancellationToken);
    }

    private Task<bool> ReadBackAsync(CancellationToken cancellationToken)
    {
        Enter(PerfPhase.ReadBack);
        return WaitAsync(TimeSpan.MaxValue, Task.WhenAny(_alarm.Raised, AllOf(worker => worker.Ended)), elapsed =>
        {
            _progress.ShowReadBack(elapsed, _verifyLog);
            return false;
        }, cancellationToken);
    }

    private Task AllOf(Func<PerfWorker, Task> task) => Task.WhenAll(_workers.Select(task));

    // In short steps, so that samples are taken. Ends with the time, with a task, or as a look says so; true if it was interrupted.
    private async Task<bool> WaitAsync(TimeSpan duration, Task over, Func<TimeSpan, bool> look, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < duration)
        {
            var left = duration - clock.Elapsed;
            var step = Task.Delay(left < PerfSampler.Step ? left : PerfSampler.Step, cancellationToken);
            await Task.WhenAny(step, over).ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested)
                return true;
            _progress.TellErrors(_settings.ContinueOnError, Loads);
            if (look(clock.Elapsed) || over.IsCompleted)
                return false;
        }

        return false;
    }
}
