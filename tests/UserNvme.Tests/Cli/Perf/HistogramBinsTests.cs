using CsCheck;
using UserNvme.Cli.Perf;
using UserNvme.Cli.Perf.Report;

namespace UserNvme.Tests.Cli.Perf;

public class HistogramBinsTests
{
    [Fact]
    public void The_bins_join_and_hold_all_transfers() => Gen.Select(Gen.Long[1, 1L << 38].Array[1, 100], Gen.Double[1, 100]).Sample((latencies, wider) =>
    {
        var latency = new LatencyHistogram();
        foreach (var value in latencies)
            latency.Record(value);

        var bins = HistogramBins.Of(latency, latency.Min / wider, latency.Max * wider);

        Assert.Equal(100, bins.Sum(bin => bin.Percent), 1e-6);
        Assert.All(bins.Zip(bins.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From, pair.First.To * 1e-9));
        Assert.True(bins[0].From <= latency.Min && bins[^1].To >= latency.Max);
        Assert.All(bins.Where(bin => bin.To * 1.04 < latency.Min || bin.From / 1.04 > latency.Max), bin => Assert.Equal(0, bin.Percent));
    });
}
