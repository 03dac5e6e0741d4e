using System.Numerics;
using System.Runtime.CompilerServices;

namespace UserNvme.Cli.Perf;

/// <summary>
/// Counts latencies in nanoseconds, log-linearly: exact below 128 ns, above that each power of two has 64 equal buckets, so a percentile
/// is at most 1.6 % too high. Recording allocates nothing. Not thread-safe: one per thread, merged at the end.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBucketBits = 6;
    public const int SubBuckets = 1 << SubBucketBits;

    // 2^40 ns is 18 minutes; anything longer counts as that, its exact value shows in Max.
    private const int HighestBit = 40;

    /// <summary>Powers of two that have buckets of their own.</summary>
    public const int Octaves = HighestBit - SubBucketBits + 1;

    private const int BucketCount = Octaves * SubBuckets;

    private readonly long[] _counts = new long[BucketCount];
    private double _sumOfSquares;

    public long Count { get; private set; }

    /// <summary>Of all latencies, in ns.</summary>
    public long Total { get; private set; }

    /// <summary>The shortest latency in ns; 0 where nothing was recorded.</summary>
    public long Min => Count == 0 ? 0 : _min;

    /// <summary>The longest latency in ns.</summary>
    public long Max { get; private set; }

    public double Mean => Count == 0 ? 0 : (double)Total / Count;

    public double StandardDeviation => Count == 0 ? 0 : Math.Sqrt(Math.Max(0, (_sumOfSquares / Count) - (Mean * Mean)));

    private long _min = long.MaxValue;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Record(long nanoseconds)
    {
        Count++;
        Total += nanoseconds;
        _sumOfSquares += (double)nanoseconds * nanoseconds;
        _min = Math.Min(_min, nanoseconds);
        Max = Math.Max(Max, nanoseconds);
        _counts[BucketOf(nanoseconds)]++;
    }

    /// <summary>All of them together.</summary>
    public static LatencyHistogram Sum(IEnumerable<LatencyHistogram> parts)
    {
        var sum = new LatencyHistogram();
        foreach (var part in parts)
            sum.Add(part);
        return sum;
    }

    /// <summary>The buckets that are not empty, from the shortest latencies to the longest: first and last nanosecond, and how many.</summary>
    public IEnumerable<(long First, long Last, long Count)> Buckets()
    {
        for (var i = 0; i < BucketCount; i++)
        {
            if (_counts[i] > 0)
                yield return (i == 0 ? 0 : UpperEndOf(i - 1) + 1, UpperEndOf(i), _counts[i]);
        }
    }

    /// <summary>Adds what another histogram counted.</summary>
    public void Add(LatencyHistogram other)
    {
        Count += other.Count;
        Total += other.Total;
        _sumOfSquares += other._sumOfSquares;
        _min = Math.Min(_min, other._min);
        Max = Math.Max(Max, other.Max);
        for (var i = 0; i < BucketCount; i++)
            _counts[i] += other._counts[i];
    }

    /// <summary>Forgets everything: used at the end of the warm-up.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        Count = Total = Max = 0;
        _sumOfSquares = 0;
        _min = long.MaxValue;
    }

    /// <summary>The latency in ns that this share of the commands did not exceed; 0 where nothing was recorded.</summary>
    /// <param name="percent">Above 0, up to 100.</param>
    public long Percentile(double percent)
    {
        if (Count == 0)
            return 0;
        var rank = Math.Max(1, (long)Math.Ceiling(Count * percent / 100));
        long seen = 0;
        for (var i = 0; i < BucketCount; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
                return Math.Clamp(UpperEndOf(i), Min, Max);
        }

        return Max;
    }

    /// <summary>The bucket of a latency: the position of its highest bit and the six bits below it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int BucketOf(long nanoseconds)
    {
        var value = (ulong)Math.Clamp(nanoseconds, 0, (1L << HighestBit) - 1);
        var shift = Math.Max(0, BitOperations.Log2(value | 1) - SubBucketBits);
        return (shift << SubBucketBits) + (int)(value >> shift);
    }

    /// <summary>The longest latency that falls into a bucket.</summary>
    internal static long UpperEndOf(int bucket)
    {
        var shift = Math.Max(0, (bucket >> SubBucketBits) - 1);
        return ((bucket - ((long)shift << SubBucketBits) + 1) << shift) - 1;
    }
}
