using System.Text.Json;
using System.Text.RegularExpressions;
using UserNvme.Cli.Frame;

namespace UserNvme.Tests.Cli;

public partial class PerfTests
{
    [Fact]
    public async Task The_rows_are_those_of_spdk_nvme_perf_and_the_last_is_the_total()
    {
        var run = await ToolRun.Of("perf", "emulated:?size=16M", "-q", "4", "-t", "1", "-a", "0");

        Assert.Equal(0, run.ExitCode);
        var lines = run.Output.Split('\n');
        Assert.Contains(lines, line => line.Contains("Latency(us)", StringComparison.Ordinal));
        Assert.Contains(lines, line => Regex.IsMatch(line, @"^Device Information +: +IOPS +MiB/s +Average +min +max$"));
        var rows = lines.Select(line => Row().Match(line)).Where(match => match.Success).ToArray();
        Assert.Equal(2, rows.Length);
        Assert.StartsWith("emulated:?size=16M NSID 1 from core ", rows[0].Value, StringComparison.Ordinal);
        Assert.StartsWith("Total ", rows[1].Value, StringComparison.Ordinal);
        Assert.Equal(Figures(rows[0]), Figures(rows[1]));
        var (iops, mibps, average, min, max) = Figures(rows[1]);
        Assert.InRange(mibps, (iops * 4096 / (1 << 20)) - 0.01, (iops * 4096 / (1 << 20)) + 0.01);
        Assert.True(0 < min && min <= average && average <= max);
        Assert.Contains(lines, line => Regex.IsMatch(line, @"^ 99\.00000% : +\d+\.\d{3}us$"));
        Assert.Contains("Garbage collections while measuring: gen0 ", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("randread", true, false)]
    [InlineData("read", true, false)]
    [InlineData("randwrite", false, true)]
    [InlineData("write", false, true)]
    [InlineData("rw", true, true)]
    [InlineData("randrw", true, true)]
    public async Task The_json_is_fio_s_and_tells_reads_from_writes(string pattern, bool reads, bool writes)
    {
        var run = await ToolRun.Of("perf", "emulated:?size=16M", "-w", pattern, "-q", "8", "-o", "8k", "-t", "1", "-a", "0", "--output-format", "json");

        Assert.Equal(0, run.ExitCode);
        var job = Assert.Single(run.Json.GetProperty("jobs").EnumerateArray());
        CheckDirection(job.GetProperty("read"), reads);
        CheckDirection(job.GetProperty("write"), writes);
    }

    [Fact]
    public async Task A_transfer_beyond_the_largest_command_is_split_and_counted_once()
    {
        var run = await ToolRun.Of("perf", "emulated:?size=64M&mdts=1", "-o", "32k", "-q", "3", "-t", "1", "-a", "0", "--output-format", "json");

        var read = Assert.Single(run.Json.GetProperty("jobs").EnumerateArray()).GetProperty("read");
        Assert.Equal(read.GetProperty("total_ios").GetInt64() * 32768, read.GetProperty("io_bytes").GetInt64());
        Assert.True(read.GetProperty("total_ios").GetInt64() > 0);
    }

    [Fact]
    public async Task Two_devices_have_a_row_each()
    {
        var run = await ToolRun.Of("perf", "emulated:?size=16M", "emulated:?size=32M", "-q", "2", "-t", "1", "-a", "0", "--output-format", "json");

        Assert.Equal(
            ["emulated:?size=16M", "emulated:?size=32M"],
            run.Json.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("filename").GetString()));
    }

    [Theory]
    [InlineData(new[] { "-L" }, 2, 0)]
    [InlineData(new[] { "-LL" }, 2, 1)]
    [InlineData(new[] { "-L", "-L" }, 2, 1)]
    [InlineData(new string[0], 1, 0)]
    public async Task Percentiles_and_histograms_of_the_rows_are_printed_as_asked_for(string[] options, int summaries, int histograms)
    {
        var run = await ToolRun.Of(["perf", "emulated:?size=16M", "-q", "4", "-d", "100", "-a", "0", .. options]);

        Assert.Equal((0, summaries, histograms),
            (run.ExitCode, Regex.Count(run.Output, "(?m)^Summary latency data for "), Regex.Count(run.Output, "(?m)^Latency histogram for emulated:")));
        var last = Regex.Matches(run.Output, @"(?m)^ *[\d.]+ - *[\d.]+: *([\d.]+)%  \( +\d+\)$").LastOrDefault();
        Assert.Equal(histograms == 0 ? null : "100.0000", last?.Groups[1].Value);
    }

    [Fact]
    public async Task A_line_of_progress_is_shown_on_a_terminal_and_taken_away()
    {
        var error = new StringWriter();
        var console = new ToolConsole { Output = TextWriter.Null, Error = error, OpenOutput = () => Stream.Null, OpenInput = () => Stream.Null, ErrorIsTerminal = true };

        await Tool.RunAsync(["perf", "emulated:?size=16M", "-q", "4", "-t", "2", "-a", "0"], console, CancellationToken.None);

        Assert.Matches(@"^\r\u001b\[K\d+ s of 2 s \(\d+ %\): [\d,]+ IOPS, [\d,.]+ MiB/s, average latency [\d,.]+ us", error.ToString());
        Assert.EndsWith("\r\u001b[K", error.ToString(), StringComparison.Ordinal);
    }

    private static void CheckDirection(JsonElement direction, bool active)
    {
        var count = direction.GetProperty("total_ios").GetInt64();
        var latency = direction.GetProperty("clat_ns");
        Assert.Equal(active, count > 0);
        Assert.Equal((count, count * 8192), (latency.GetProperty("N").GetInt64(), direction.GetProperty("io_bytes").GetInt64()));
        Assert.Equal(active, direction.GetProperty("iops").GetDouble() > 0);
        if (active)
        {
            var p99 = latency.GetProperty("percentile").GetProperty("99.000000").GetInt64();
            Assert.InRange(p99, latency.GetProperty("min").GetInt64(), latency.GetProperty("max").GetInt64());
        }
    }

    private static (double Iops, double MiBPerSecond, double Average, double Min, double Max) Figures(Match row)
    {
        var figures = row.Groups["figure"].Captures.Select(capture => double.Parse(capture.Value, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        return (figures[0], figures[1], figures[2], figures[3], figures[4]);
    }

    [GeneratedRegex(@"^(?<name>.+?) : +(?:(?<figure>\d+\.\d\d) *){5}$")]
    private static partial Regex Row();
}
