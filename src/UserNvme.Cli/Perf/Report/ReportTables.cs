using System.Globalization;

namespace UserNvme.Cli.Perf.Report;

/// <summary>The tables of the report.</summary>
internal static class ReportTables
{
    private static readonly double[] s_percentiles = [50, 99, 99.9, 99.99];

    /// <summary>A row for each namespace, core and kind, and the totals.</summary>
    public static void WriteRows(TextWriter output, PerfResult result)
    {
        output.WriteLine("<h2>Figures</h2>\n<div class=\"card scroll\"><table>");
        output.Write("<tr><th></th><th>IOPS</th><th>MiB/s</th><th>average<br>µs</th><th>min<br>µs</th>");
        foreach (var percentile in s_percentiles)
            output.Write($"<th>{Html.Percent(percentile)}<br>µs</th>");
        output.WriteLine("<th>max<br>µs</th><th>failed</th></tr>");
        foreach (var row in result.Rows)
        {
            foreach (var kind in TransferKinds.All.Where(kind => row.Latencies[(int)kind].Count > 0))
            {
                var latency = row.Latencies[(int)kind];
                WriteRow(output, "", $"<span class=\"key {kind.FioName()}\"></span>{kind.Title()}, {Html.Escape(row.Name)}",
                    row.PerSecond(latency.Count), kind.HasBytes() ? row.PerSecond((double)latency.Count * row.IoSize) / (1 << 20) : null, latency, null);
            }
        }

        WriteRow(output, " class=\"total\"", "Total", result.Iops, result.MiBPerSecond, result.All, result.Errors);
        output.WriteLine("</table></div>");
    }

    public static void WriteFacts(TextWriter output, IEnumerable<(string Name, string Value)> facts)
    {
        output.WriteLine("<table class=\"facts\">");
        foreach (var (name, value) in facts)
            output.WriteLine($"<tr><td>{Html.Escape(name)}</td><td>{Html.Escape(value)}</td></tr>");
        output.WriteLine("</table>");
    }

    private static void WriteRow(TextWriter output, string attributes, string name, double iops, double? mibPerSecond, LatencyHistogram latency, long? errors)
    {
        output.Write($"<tr{attributes}><td>{name}</td><td>{Html.Whole(iops)}</td><td>{(mibPerSecond is { } mib ? Html.Whole(mib) : "")}</td><td>{Us(latency.Mean)}</td><td>{Us(latency.Min)}</td>");
        foreach (var percentile in s_percentiles)
            output.Write($"<td>{Us(latency.Percentile(percentile))}</td>");
        output.WriteLine($"<td>{Us(latency.Max)}</td><td>{(errors is { } count ? Html.Whole(count) : "")}</td></tr>");
    }

    // No more digits than say something: the table has to fit on paper.
    private static string Us(double nanoseconds) => (nanoseconds / 1000).ToString(nanoseconds < 1e6 ? "0.00" : "#,0", CultureInfo.InvariantCulture);
}
