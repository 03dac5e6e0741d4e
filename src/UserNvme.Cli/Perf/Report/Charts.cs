using System.Text;

namespace UserNvme.Cli.Perf.Report;

/// <summary>The three charts of the report.</summary>
internal static class Charts
{
    private const int Width = 1060;
    private const int HalfWidth = 520;

    // Above the bars, so that the labels of the marks stand free.
    private const double RoomForMarks = 1.3;

    /// <summary>Transfers per second over the time of the measurement, by kind.</summary>
    public static string Throughput(PerfResult result)
    {
        var series = result.Kinds.Select(kind => new Series(kind.Title(), kind, 0,
            [.. result.Samples.Select(sample => (sample.Seconds, sample.Iops[(int)kind]))])).ToArray();
        var seconds = result.Samples.Count == 0 ? 1 : result.Samples[^1].Seconds;
        var top = series.SelectMany(line => line.Points).Select(point => point.Y).DefaultIfEmpty(0).Max();
        var plot = new Plot("Transfers per second over time",
            Axis.Linear("Time since the measurement began (s)", seconds, value => value.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture), round: false),
            Axis.Linear("Transfers per second (IOPS)", top * 1.02, Html.Short), Width, 280);
        foreach (var line in series)
            plot.Line(line);
        return Legend(series) + plot.End();
    }

    /// <summary>The latency that each share of the transfers did not exceed, by its number of nines; a line per device and kind.</summary>
    public static string Percentiles(PerfResult result)
    {
        var series = Distributions(result).Select(item => new Series(item.Name, item.Kind, item.Variant, Curve(item.Latency))).ToArray();
        var latencies = Distributions(result).Select(item => item.Latency).ToArray();
        var nines = Math.Clamp(Math.Ceiling(Math.Log10(latencies.Max(latency => latency.Count))), 2, 7);
        var plot = new Plot("Latency by percentile", Axis.Nines("Percentile: share of the transfers that took no longer", nines),
            Axis.LogTime("Latency", latencies.Min(latency => latency.Min), latencies.Max(latency => latency.Max)), Width, 340);
        foreach (var line in series)
            plot.Line(line with { Points = [.. line.Points.Where(point => 100 - point.X >= Math.Pow(10, 2 - nines) * 0.999)] });
        return Legend(series) + plot.End();
    }

    /// <summary>A histogram for each device and kind, all over the same latencies so that they compare.</summary>
    public static IEnumerable<(string Title, string Svg)> Histograms(PerfResult result)
    {
        var items = Distributions(result).ToArray();
        var x = (Min: items.Min(item => item.Latency.Min), Max: items.Max(item => item.Latency.Max));
        foreach (var (name, kind, _, latency) in items)
        {
            var bins = HistogramBins.Of(latency, x.Min, x.Max);
            var plot = new Plot($"Latency histogram: {name}", Axis.LogTime("Latency", x.Min, x.Max),
                Axis.Linear("Share of transfers (%)", bins.Max(bin => bin.Percent) * RoomForMarks, Html.Short), items.Length == 1 ? Width : HalfWidth, 250);
            foreach (var (from, to, percent) in bins.Where(bin => bin.Percent > 0))
                plot.Bar(kind.FioName(), from, to, percent);
            double[] marks = latency.Count >= 1000 ? [50, 99, 99.9] : [50, 99];
            for (var i = 0; i < marks.Length; i++)
                plot.Mark(latency.Percentile(marks[i]), $"{Html.Percent(marks[i])}: {Html.Time(latency.Percentile(marks[i]))}", i);
            yield return (name, plot.End());
        }
    }

    /// <summary>The latencies of each namespace, all cores together, by kind.</summary>
    private static IEnumerable<(string Name, TransferKind Kind, int Variant, LatencyHistogram Latency)> Distributions(PerfResult result)
    {
        var variant = 0;
        var devices = result.Rows.GroupBy(row => (row.Address, row.NamespaceId)).ToArray();
        foreach (var device in devices)
        {
            foreach (var kind in TransferKinds.All)
            {
                var latency = LatencyHistogram.Sum(device.Select(row => row.Latencies[(int)kind]));
                if (latency.Count > 0)
                    yield return ($"{kind.Title()}, {device.Key.Address} NSID {device.Key.NamespaceId}", kind, variant, latency);
            }

            variant++;
        }
    }

    private static List<(double X, double Y)> Curve(LatencyHistogram latency)
    {
        var points = new List<(double, double)>();
        // The longest one of N stands for the last N-th of them.
        var end = 100 - (100.0 / latency.Count);
        foreach (var (value, percent, _) in HgrmFile.Steps(latency).Where(step => step.Percent < end))
            points.Add((percent, value));
        points.Add((end, latency.Max));
        return points;
    }

    private static string Legend(IReadOnlyList<Series> series)
    {
        var html = new StringBuilder("<div class=\"legend\">");
        foreach (var line in series)
            html.Append($"<span><svg viewBox=\"0 0 30 10\" aria-hidden=\"true\"><path class=\"line {line.Classes}\" d=\"M0 5H30\"/></svg>{Html.Escape(line.Name)}</span>");
        return html.Append("</div>").ToString();
    }
}
