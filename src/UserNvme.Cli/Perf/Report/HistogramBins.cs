namespace UserNvme.Cli.Perf.Report;

/// <summary>A latency histogram in bins that are equally wide on a logarithmic axis, for drawing.</summary>
internal static class HistogramBins
{
    private const int MostBins = 72;
    private const double LeastRatio = 1.05;

    /// <summary>The bins: first and last latency in ns, and their share of all transfers in percent.</summary>
    /// <param name="latency">The histogram.</param>
    /// <param name="min">Where the first bin begins: its shortest latency, or shorter.</param>
    /// <param name="max">Where the last bin ends: its longest latency, or longer.</param>
    public static IReadOnlyList<(double From, double To, double Percent)> Of(LatencyHistogram latency, double min, double max)
    {
        min = Math.Max(1, min);
        max = Math.Max(max, min) + 1;
        var count = Math.Clamp((int)(Math.Log(max / min) / Math.Log(LeastRatio)), 1, MostBins);
        var ratio = Math.Pow(max / min, 1.0 / count);
        var shares = new double[count];
        foreach (var (first, last, transfers) in latency.Buckets())
            Spread(shares, min, ratio, Math.Max(first, min), Math.Min(last + 1.0, max), 100.0 * transfers / latency.Count);
        return [.. shares.Select((share, i) => (min * Math.Pow(ratio, i), min * Math.Pow(ratio, i + 1), share))];
    }

    // A bucket that lies in several bins gives each its part, or bins between two buckets would look empty.
    private static void Spread(double[] shares, double min, double ratio, double first, double end, double percent)
    {
        end = Math.Max(end, first + 1e-6);
        var from = Bin(first);
        var to = Bin(end - 1e-9);
        for (var bin = from; bin <= to; bin++)
        {
            var left = Math.Max(first, min * Math.Pow(ratio, bin));
            var right = bin == to ? end : Math.Min(end, min * Math.Pow(ratio, bin + 1));
            shares[bin] += percent * Math.Clamp((right - left) / (end - first), 0, 1);
        }

        int Bin(double value) => Math.Clamp((int)(Math.Log(value / min) / Math.Log(ratio)), 0, shares.Length - 1);
    }
}
