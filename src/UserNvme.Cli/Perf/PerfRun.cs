namespace UserNvme.Cli.Perf;

/// <summary>A whole run: starts a thread per core, waits out warm-up and measurement, collects the figures.</summary>
internal sealed class PerfRun(PerfSettings settings, IReadOnlyList<PerfTarget> targets, PerfProgress progress)
{
    private const int Generations = 3;
    private readonly PerfWorker[] _workers = [.. settings.Cores.Select((_, index) => new PerfWorker(settings, targets, index))];

    /// <summary>Runs to the end, or until it is cancelled: then the result holds what was measured so far.</summary>
    public async Task<PerfResult> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var worker in _workers)
            worker.Start();
        int[] before, after;
        bool interrupted;
        try
        {
            await Task.WhenAll(_workers.Select(worker => worker.Ready)).ConfigureAwait(false);
            interrupted = await WaitAsync(settings.WarmUp, measuring: false, cancellationToken).ConfigureAwait(false);
            before = CollectionCounts();
            Enter(PerfPhase.Measure);
            interrupted = interrupted || await WaitAsync(settings.Duration, measuring: true, cancellationToken).ConfigureAwait(false);
            after = CollectionCounts();
        }
        finally
        {
            // Also when one thread could not start: the others have commands in flight.
            Enter(PerfPhase.Stop);
            progress.Clear();
            await Task.WhenAll(_workers.Select(worker => worker.Ended)).ConfigureAwait(false);
        }

        var loads = _workers.SelectMany(worker => worker.Loads).ToArray();
        return new PerfResult
        {
            Settings = settings,
            Rows = [.. loads.Select(load => PerfRow.Of(load, settings.IoSize))],
            Collections = [.. after.Zip(before, (now, then) => now - then)],
            Interrupted = interrupted,
            FirstError = loads.Select(load => load.FirstError).FirstOrDefault(error => error is not null),
        };
    }

    private void Enter(PerfPhase phase)
    {
        foreach (var worker in _workers)
            worker.Enter(phase);
    }

    // Second by second, so that the progress can be shown and the end of all threads is noticed. True if it was interrupted.
    private async Task<bool> WaitAsync(TimeSpan duration, bool measuring, CancellationToken cancellationToken)
    {
        var ended = Task.WhenAll(_workers.Select(worker => worker.Ended));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (var left = duration; left > TimeSpan.Zero; left = duration - clock.Elapsed)
        {
            var step = Task.Delay(left < TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1), cancellationToken);
            await Task.WhenAny(step, ended).ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested)
                return true;
            if (ended.IsCompleted)
                return false;
            if (measuring)
                progress.Show(clock.Elapsed, duration, _workers.Sum(worker => worker.Loads.Sum(load => load.Reads.Count + load.Writes.Count)), settings.IoSize);
        }

        return false;
    }

    private static int[] CollectionCounts() => [.. Enumerable.Range(0, Generations).Select(GC.CollectionCount)];
}
