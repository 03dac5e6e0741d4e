namespace UserNvme.Cli.Perf;

/// <summary>What the runtime's garbage collector did.</summary>
/// <param name="Collections">Collections of each generation.</param>
/// <param name="Pause">How long they held all threads.</param>
internal sealed record CollectorCounts(IReadOnlyList<int> Collections, TimeSpan Pause)
{
    private const int Generations = 3;

    /// <summary>Since the process started.</summary>
    public static CollectorCounts Now() => new([.. Enumerable.Range(0, Generations).Select(GC.CollectionCount)], GC.GetTotalPauseDuration());

    /// <summary>From an earlier time to a later one.</summary>
    public static CollectorCounts operator -(CollectorCounts now, CollectorCounts then) =>
        new([.. now.Collections.Zip(then.Collections, (a, b) => a - b)], now.Pause - then.Pause);
}
