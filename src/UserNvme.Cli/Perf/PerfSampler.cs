namespace UserNvme.Cli.Perf;

/// <summary>Keeps how the throughput went: some hundred samples, however long the run is.</summary>
internal sealed class PerfSampler(TimeSpan duration)
{
    private const int MostSamples = 300;

    private readonly TimeSpan _interval = TimeSpan.FromTicks(Math.Max(Step.Ticks, duration.Ticks / MostSamples));
    private readonly List<PerfSample> _samples = [];
    private TimeSpan _lastAt;
    private long[] _lastCounts = new long[TransferKinds.Count];

    /// <summary>How often the run is looked at.</summary>
    public static TimeSpan Step { get; } = TimeSpan.FromMilliseconds(100);

    public IReadOnlyList<PerfSample> Samples => _samples;

    /// <summary>Takes a sample, if it is time.</summary>
    public void Look(TimeSpan elapsed, IEnumerable<PerfLoad> loads)
    {
        var since = elapsed - _lastAt;
        // A step may end a little early; half of one at the end would be noise.
        if (since < _interval - (Step / 4))
            return;
        var counts = new long[TransferKinds.Count];
        foreach (var load in loads)
        {
            for (var kind = 0; kind < counts.Length; kind++)
                counts[kind] += load.Latencies[kind].Count;
        }

        _samples.Add(new PerfSample(elapsed.TotalSeconds, [.. counts.Zip(_lastCounts, (now, then) => (now - then) / since.TotalSeconds)]));
        (_lastAt, _lastCounts) = (elapsed, counts);
    }
}
