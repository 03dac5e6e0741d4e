using System.Globalization;

namespace UserNvme.Cli.Perf;

/// <summary>
/// HdrHistogram's text format of percentiles, which its plotter reads: five steps for each halving of the distance to 100 %, values in
/// microseconds.
/// </summary>
internal static class HgrmFile
{
    private const int StepsPerHalving = 5;
    private const double NanosecondsPerMicrosecond = 1000;

    public static void Write(TextWriter output, LatencyHistogram latency)
    {
        // The format has line feeds wherever it is written.
        output.NewLine = "\n";
        output.WriteLine($"{"Value",12} {"Percentile",14} {"TotalCount",10} {"1/(1-Percentile)",14}");
        output.WriteLine();
        foreach (var (value, percent, count) in Steps(latency))
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{value / NanosecondsPerMicrosecond,12:0.000} {percent / 100:0.000000000000} {count,10} {100 / (100 - percent),14:0.00}"));
        if (latency.Count > 0)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{latency.Max / NanosecondsPerMicrosecond,12:0.000} {1:0.000000000000} {latency.Count,10}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"#[Mean    = {latency.Mean / NanosecondsPerMicrosecond,12:0.000}, StdDeviation   = {latency.StandardDeviation / NanosecondsPerMicrosecond,12:0.000}]"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"#[Max     = {latency.Max / NanosecondsPerMicrosecond,12:0.000}, Total count    = {latency.Count,12}]"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"#[Buckets = {LatencyHistogram.Octaves,12}, SubBuckets     = {LatencyHistogram.SubBuckets,12}]"));
    }

    /// <summary>The steps below 100 %: a latency in ns, the percentile, and how many transfers took no longer.</summary>
    public static IEnumerable<(long Value, double Percent, long Count)> Steps(LatencyHistogram latency)
    {
        var percent = 0.0;
        long seen = 0;
        foreach (var (_, last, count) in latency.Buckets())
        {
            seen += count;
            while (100.0 * seen / latency.Count >= percent)
            {
                yield return (Math.Min(last, latency.Max), percent, seen);
                if (seen == latency.Count)
                    yield break;
                var halvings = Math.Floor(Math.Log2(100 / (100 - percent))) + 1;
                percent += 100 / (StepsPerHalving * Math.Pow(2, halvings));
            }
        }
    }
}
