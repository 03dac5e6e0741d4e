using System.Globalization;

namespace UserNvme.Cli.Perf;

/// <summary>The result as plain rows, in the shape of spdk_nvme_perf, so that what reads that reads this.</summary>
internal static class PerfText
{
    private const string TotalName = "Total";
    private const double NanosecondsPerMicrosecond = 1000;
    private static readonly string s_rule = new('=', 104);

    private static readonly double[] s_cutoffs =
        [1, 10, 25, 50, 75, 90, 95, 98, 99, 99.5, 99.9, 99.99, 99.999, 99.9999, 99.99999];

    public static void Write(TextWriter output, PerfResult result)
    {
        const string Heading = "Device Information";
        var width = Math.Max(Heading.Length, result.Rows.Select(row => row.Name.Length).DefaultIfEmpty(0).Max());
        output.WriteLine(s_rule);
        output.WriteLine($"{"",-1}{new string(' ', width + 22)}{"Latency(us)",33}");
        output.WriteLine($"{Heading.PadRight(width)} : {"IOPS",12} {"MiB/s",10} {"Average",10} {"min",10} {"max",10}");
        foreach (var row in result.Rows)
            WriteRow(output, row.Name.PadRight(width), row.Iops, row.MiBPerSecond, row.All);
        output.WriteLine(s_rule);

        var total = new LatencyHistogram();
        foreach (var row in result.Rows)
            total.Add(row.All);
        WriteRow(output, TotalName.PadRight(width), result.Rows.Sum(row => row.Iops), result.Rows.Sum(row => row.MiBPerSecond), total);
        output.WriteLine();
        WritePercentiles(output, TotalName, total);
        if (result.Rows.Count > 1)
        {
            foreach (var row in result.Rows)
                WritePercentiles(output, row.Name, row.All);
        }

        output.WriteLine($"Garbage collections while measuring: {string.Join(", ", result.Collections.Select((count, gen) => $"gen{gen} {count}"))}");
    }

    private static void WriteRow(TextWriter output, string name, double iops, double mibPerSecond, LatencyHistogram latency) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name} : {iops,12:0.00} {mibPerSecond,10:0.00} {Us(latency.Mean),10:0.00} {Us(latency.Min),10:0.00} {Us(latency.Max),10:0.00}"));

    private static void WritePercentiles(TextWriter output, string name, LatencyHistogram latency)
    {
        output.WriteLine($"Summary latency data for {name}:");
        foreach (var cutoff in s_cutoffs)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cutoff,9:0.00000}% : {Us(latency.Percentile(cutoff)),12:0.000}us"));
        output.WriteLine();
    }

    private static double Us(double nanoseconds) => nanoseconds / NanosecondsPerMicrosecond;
}
