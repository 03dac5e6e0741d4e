using System.Globalization;

namespace UserNvme.Cli.Perf;

/// <summary>The result as plain rows, in the shape of spdk_nvme_perf, so that what reads that reads this.</summary>
internal static class PerfText
{
    private const string TotalName = "Total";
    private const double NanosecondsPerMicrosecond = 1000;
    private static readonly string s_rule = new('=', 104);

    public static void Write(TextWriter output, PerfResult result)
    {
        const string Heading = "Device Information";
        var width = Math.Max(Heading.Length, result.Rows.Select(row => row.Name.Length).DefaultIfEmpty(0).Max());
        output.WriteLine(s_rule);
        output.WriteLine($"{new string(' ', width + 23)}{"Latency(us)",33}");
        output.WriteLine($"{Heading.PadRight(width)} : {"IOPS",12} {"MiB/s",10} {"Average",10} {"min",10} {"max",10}");
        foreach (var row in result.Rows)
            WriteRow(output, row.Name.PadRight(width), row.Iops, row.MiBPerSecond, row.All);
        output.WriteLine(s_rule);
        WriteRow(output, TotalName.PadRight(width), result.Iops, result.MiBPerSecond, result.All);
        if (result.Kinds.Count > 1)
            WriteKinds(output, result, width);
        output.WriteLine();
        WriteSummary(output, TotalName, result.All);
        if (result.Settings.LatencyDetail > 0)
            WriteDetail(output, result);
        PerfNotes.Write(output, result);
    }

    private static void WriteKinds(TextWriter output, PerfResult result, int width)
    {
        foreach (var kind in result.Kinds)
        {
            var iops = result.Rows.Sum(row => row.PerSecond(row.Latencies[(int)kind].Count));
            var mib = kind.HasBytes() ? iops * result.Settings.IoSize / (1 << 20) : 0;
            WriteRow(output, ("  " + kind.Title()).PadRight(width), iops, mib, result.Of(kind));
        }
    }

    private static void WriteDetail(TextWriter output, PerfResult result)
    {
        foreach (var row in result.Rows)
            WriteSummary(output, row.Name, row.All);
        if (result.Settings.LatencyDetail == 1)
            return;
        foreach (var row in result.Rows)
            WriteHistogram(output, row.Name, row.All);
    }

    private static void WriteRow(TextWriter output, string name, double iops, double mibPerSecond, LatencyHistogram latency) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name} : {iops,12:0.00} {mibPerSecond,10:0.00} {Us(latency.Mean),10:0.00} {Us(latency.Min),10:0.00} {Us(latency.Max),10:0.00}"));

    private static void WriteSummary(TextWriter output, string name, LatencyHistogram latency)
    {
        output.WriteLine($"Summary latency data for {name}:");
        output.WriteLine(s_rule);
        foreach (var cutoff in Percentiles.Spdk)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cutoff,9:0.00000}% : {Us(latency.Percentile(cutoff)),9:0.000}us"));
        output.WriteLine();
    }

    private static void WriteHistogram(TextWriter output, string name, LatencyHistogram latency)
    {
        output.WriteLine($"Latency histogram for {name}:");
        output.WriteLine(s_rule);
        output.WriteLine("       Range in us     Cumulative    IO count");
        long seen = 0;
        foreach (var (first, last, count) in latency.Buckets())
        {
            seen += count;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Us(first),9:0.000} - {Us(last + 1),9:0.000}: {100.0 * seen / latency.Count,9:0.0000}%  ({count,9})"));
        }

        output.WriteLine();
    }

    private static double Us(double nanoseconds) => nanoseconds / NanosecondsPerMicrosecond;
}
