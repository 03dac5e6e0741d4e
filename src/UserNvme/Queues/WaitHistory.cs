using System.Diagnostics;

namespace UserNvme.Queues;

/// <summary>
/// How long recent waits of a reactor took, and so how long the next one is worth staying awake for: waits that end soon are spun
/// through, waits that do not are slept through after a moment. Times are ticks of <see cref="Stopwatch"/>.
/// </summary>
internal struct WaitHistory
{
    /// <summary>Waits of at most this average are waited for awake; a wake-up would cost as much.</summary>
    public static readonly long AwakeLimit = Stopwatch.Frequency / 10_000; // 100 us

    private static readonly long s_spinLimit = Stopwatch.Frequency / 20_000;  // 50 us
    private static readonly long s_leastSpin = Stopwatch.Frequency / 500_000; // 2 us
    private static readonly long s_leastAwake = Stopwatch.Frequency / 50_000; // 20 us

    // One long wait among short ones must not count for more than a few of them.
    private static readonly long s_longestCounted = 2 * AwakeLimit;

    private long _average;

    /// <summary>How long to keep the core without giving it to other threads.</summary>
    public readonly long Spin => _average <= s_spinLimit ? s_leastSpin + (2 * _average) : s_leastSpin;

    /// <summary>How long not to sleep.</summary>
    public readonly long Awake => _average <= AwakeLimit ? s_leastAwake + (4 * _average) : s_leastAwake;

    /// <summary>Counts a wait that is over.</summary>
    public void Add(long ticks) => _average += (Math.Min(ticks, s_longestCounted) - _average) / 8;
}
