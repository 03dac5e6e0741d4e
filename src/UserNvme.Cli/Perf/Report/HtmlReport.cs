using System.Globalization;

namespace UserNvme.Cli.Perf.Report;

/// <summary>The page of --report: complete in itself, no script, no resource from anywhere.</summary>
internal static class HtmlReport
{
    public static void Write(TextWriter output, PerfResult result, RunFacts facts)
    {
        output.Write($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Html.Escape(Title(result))}: usernvme perf</title>
            <style>
            {ReportStyle.Css}
            </style>
            </head>
            <body>
            <main>
            <h1>{Html.Escape(Title(result))}</h1>
            <p class="soft">usernvme perf, {facts.Time.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture)}</p>
            <code>{Html.Escape(facts.CommandLine)}</code>

            """);
        WriteWarnings(output, result);
        WriteTiles(output, result);
        if (result.All.Count > 0)
            WriteCharts(output, result);
        ReportTables.WriteRows(output, result);
        WriteNotes(output, result);
        WriteFacts(output, facts);
        output.WriteLine("</main>\n</body>\n</html>");
    }

    /// <summary>What was done, in one line: "randrw, 4 KiB, 128 in flight on 1 core".</summary>
    private static string Title(PerfResult result)
    {
        var settings = result.Settings;
        var mix = settings.Pattern.IsMixed ? $" {settings.ReadPercent} % reads" : "";
        var trims = settings.TrimPercent > 0 ? $", {settings.TrimPercent} % trims" : "";
        var zipf = settings.ZipfTheta > 0 ? string.Create(CultureInfo.InvariantCulture, $", Zipf {settings.ZipfTheta}") : "";
        var pace = settings.Rate > 0 ? $", {Html.Whole(settings.Rate)} per second" : "";
        return $"{settings.Pattern.Name}{mix}{trims}{zipf}, {Commands.ByteSize.Describe(settings.IoSize)}, depth {settings.QueueDepth}{pace}, {Counted(settings.Cores.Count, "core")}";
    }

    private static string Counted(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    private static void WriteWarnings(TextWriter output, PerfResult result)
    {
        if (result.Verify is { Mismatches: > 0 } verify)
            output.WriteLine($"<p class=\"warn\"><b>{Html.Whole(verify.Mismatches)} block(s) are not what was written.</b> The first: {Html.Escape(verify.Details[0].ToString())}</p>");
        if (result.FirstError is { } error)
            output.WriteLine($"<p class=\"warn\"><b>{Html.Whole(result.Errors)} transfer(s) failed.</b> The first: {Html.Escape(error.Message)}</p>");
        if (result.Interrupted)
            output.WriteLine("<p class=\"warn\"><b>Interrupted:</b> the figures are those of the shorter time.</p>");
    }

    private static void WriteTiles(TextWriter output, PerfResult result)
    {
        var all = result.All;
        (string Value, string Name)[] tiles =
        [
            (Html.Whole(result.Iops), "IOPS"),
            (Html.Whole(result.MiBPerSecond), "MiB/s"),
            (Html.Time(all.Mean), "average latency"),
            (Html.Time(all.Percentile(50)), "median latency"),
            (Html.Time(all.Percentile(99)), "99 % latency"),
            (Html.Time(all.Percentile(99.99)), "99.99 % latency"),
        ];
        output.WriteLine("<section class=\"tiles\">");
        foreach (var (value, name) in tiles)
            output.WriteLine($"<div class=\"tile\"><b>{value}</b><span>{name}</span></div>");
        output.WriteLine("</section>");
    }

    private static void WriteCharts(TextWriter output, PerfResult result)
    {
        output.WriteLine($"<h2>Throughput over time</h2>\n<div class=\"card\">{Charts.Throughput(result)}</div>");
        output.WriteLine($"<h2>Latency percentiles</h2>\n<div class=\"card\">{Charts.Percentiles(result)}</div>");
        output.WriteLine("<h2>Latency histograms</h2>\n<div class=\"two\">");
        foreach (var (title, svg) in Charts.Histograms(result))
            output.WriteLine($"<div class=\"card\"><h3>{Html.Escape(title)}</h3>{svg}</div>");
        output.WriteLine("</div>");
    }

    private static void WriteNotes(TextWriter output, PerfResult result)
    {
        output.WriteLine("<h2>The run</h2>\n<div class=\"card\">");
        ReportTables.WriteFacts(output, PerfNotes.Of(result));
        output.WriteLine("</div>");
    }

    private static void WriteFacts(TextWriter output, RunFacts facts)
    {
        output.WriteLine("<h2>Machine and devices</h2>\n<div class=\"two\">\n<div class=\"card\"><h3>Machine</h3>");
        ReportTables.WriteFacts(output, facts.Machine);
        output.WriteLine("</div>");
        foreach (var (address, device) in facts.Devices)
        {
            output.WriteLine($"<div class=\"card\"><h3>{Html.Escape(address)}</h3>");
            ReportTables.WriteFacts(output, device);
            output.WriteLine("</div>");
        }

        output.WriteLine("</div>");
    }
}
