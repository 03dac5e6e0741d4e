using CsCheck;
using UserNvme.Cli.Perf;

namespace UserNvme.Tests.Cli;

public class LatencyHistogramTests
{
    private const long LongestInRange = (1L << 40) - 1;

    // Spread over all magnitudes, as latencies are.
    private static readonly Gen<long> s_latency =
        Gen.Select(Gen.Int[0, 39], Gen.Double[1, 2]).Select((exponent, mantissa) => (long)(mantissa * (1L << exponent)) - 1);

    [Fact]
    public void A_percentile_is_never_too_low_and_at_most_one_sixty_fourth_too_high() =>
        Gen.Select(s_latency.Array[1, 300], Gen.Double[0.001, 100]).Sample((latencies, percent) =>
        {
            var histogram = Of(latencies);

            var measured = histogram.Percentile(percent);

            var exact = latencies.Order().ElementAt(Math.Max(1, (int)Math.Ceiling(latencies.Length * percent / 100)) - 1);
            Assert.InRange(measured, exact, exact + (exact / 64));
        });

    [Fact]
    public void Count_sum_and_extremes_are_exact() => s_latency.Array[1, 300].Sample(latencies =>
    {
        var histogram = Of(latencies);

        Assert.Equal(
            (latencies.Length, latencies.Sum(), latencies.Min(), latencies.Max()),
            (histogram.Count, histogram.Total, histogram.Min, histogram.Max));
    });

    [Fact]
    public void Two_histograms_added_are_the_histogram_of_both() => Gen.Select(s_latency.Array[0, 100], s_latency.Array[0, 100]).Sample((left, right) =>
    {
        var sum = Of(left);
        sum.Add(Of(right));

        var both = Of([.. left, .. right]);
        Assert.Equal(
            (both.Count, both.Total, both.Min, both.Max, both.Percentile(50), both.Percentile(99)),
            (sum.Count, sum.Total, sum.Min, sum.Max, sum.Percentile(50), sum.Percentile(99)));
        Assert.Equal(both.StandardDeviation, sum.StandardDeviation, both.StandardDeviation * 1e-6);
    });

    [Fact]
    public void Every_bucket_ends_where_the_next_one_starts()
    {
        var last = LatencyHistogram.BucketOf(LongestInRange);

        for (var bucket = 0; bucket <= last; bucket++)
        {
            var end = LatencyHistogram.UpperEndOf(bucket);
            Assert.Equal(bucket, LatencyHistogram.BucketOf(end));
            if (bucket < last)
                Assert.Equal(bucket + 1, LatencyHistogram.BucketOf(end + 1));
        }
    }

    [Fact]
    public void A_latency_beyond_the_range_counts_as_the_longest_and_shows_in_the_maximum()
    {
        var histogram = Of([5, long.MaxValue / 2]);

        Assert.Equal((long.MaxValue / 2, LongestInRange), (histogram.Max, histogram.Percentile(100)));
    }

    [Fact]
    public void An_empty_histogram_has_zeroes_only()
    {
        var histogram = Of([7]);
        histogram.Clear();

        Assert.Equal(
            (0, 0, 0, 0.0, 0.0, 0),
            (histogram.Count, histogram.Min, histogram.Max, histogram.Mean, histogram.StandardDeviation, histogram.Percentile(99)));
    }

    private static LatencyHistogram Of(long[] latencies)
    {
        var histogram = new LatencyHistogram();
        foreach (var latency in latencies)
            histogram.Record(latency);
        return histogram;
    }
}
