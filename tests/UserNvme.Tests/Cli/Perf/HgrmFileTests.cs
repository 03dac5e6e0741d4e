using System.Globalization;
using CsCheck;
using UserNvme.Cli.Perf;

namespace UserNvme.Tests.Cli.Perf;

public class HgrmFileTests
{
    [Fact]
    public void The_file_is_what_the_plotter_of_HdrHistogram_reads()
    {
        var latency = new LatencyHistogram();
        for (var i = 1; i <= 4; i++)
            latency.Record(i * 10);

        Assert.Equal("""
                   Value     Percentile TotalCount 1/(1-Percentile)

                   0.010 0.000000000000          1           1.00
                   0.010 0.100000000000          1           1.11
                   0.010 0.200000000000          1           1.25
                   0.020 0.300000000000          2           1.43
                   0.020 0.400000000000          2           1.67
                   0.020 0.500000000000          2           2.00
                   0.030 0.550000000000          3           2.22
                   0.030 0.600000000000          3           2.50
                   0.030 0.650000000000          3           2.86
                   0.030 0.700000000000          3           3.33
                   0.030 0.750000000000          3           4.00
                   0.040 0.775000000000          4           4.44
                   0.040 1.000000000000          4
            #[Mean    =        0.025, StdDeviation   =        0.011]
            #[Max     =        0.040, Total count    =            4]
            #[Buckets =           35, SubBuckets     =           64]

            """, Text(latency));
    }

    [Fact]
    public void Values_and_counts_ascend_to_all_of_them_and_agree_with_the_percentiles() => Gen.Long[1, 1L << 39].Array[1, 200].Sample(latencies =>
    {
        var latency = new LatencyHistogram();
        foreach (var value in latencies)
            latency.Record(value);

        var steps = HgrmFile.Steps(latency).ToArray();

        Assert.Equal(steps, steps.OrderBy(step => step.Percent).ThenBy(step => step.Value));
        Assert.Equal(latency.Count, steps[^1].Count);
        // The percentages are no round numbers: a hair's breadth to either side.
        Assert.All(steps.Where(step => step.Percent > 0), step =>
            Assert.InRange(step.Value, latency.Percentile(step.Percent - 1e-9), latency.Percentile(step.Percent + 1e-9)));
    });

    [Fact]
    public async Task The_file_of_a_run_counts_its_transfers_and_each_kind_has_one_more()
    {
        var directory = Directory.CreateTempSubdirectory("usernvme-hgrm");
        var file = Path.Combine(directory.FullName, "out.hgrm");
        File.WriteAllText(file, new string('x', 100_000));

        var run = await ToolRun.Of("perf", "emulated:?size=16M", "-w", "randrw", "-q", "4", "-d", "1000", "-a", "0", "--hgrm", file);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["out.hgrm", "out.read.hgrm", "out.write.hgrm"], directory.GetFiles().Select(item => item.Name).Order());
        Assert.Equal(1000, Total("out.hgrm"));
        Assert.Equal(1000, Total("out.read.hgrm") + Total("out.write.hgrm"));
        directory.Delete(recursive: true);

        int Total(string name) => int.Parse(
            File.ReadAllLines(Path.Combine(directory.FullName, name))[^2].Split('=')[^1].TrimEnd(']'), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
    }

    private static string Text(LatencyHistogram latency)
    {
        var output = new StringWriter();
        HgrmFile.Write(output, latency);
        return output.ToString();
    }
}
