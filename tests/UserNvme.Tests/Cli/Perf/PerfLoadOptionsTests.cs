using System.Text.Json;
using UserNvme.Cli.Frame;

namespace UserNvme.Tests.Cli.Perf;

/// <summary>What `perf` can be told to do, as its users see it.</summary>
public class PerfLoadOptionsTests
{
    private const string Disk = "emulated:?size=16M";

    [Fact]
    public async Task Trims_and_flushes_are_mixed_in_and_counted_apart()
    {
        var job = Job(await Run(Disk, "-w", "randrw", "-q", "4", "-d", "5000", "--rwmixtrim", "20", "--flush-every", "10"));

        var (reads, writes, trims, flushes) = (Count(job, "read"), Count(job, "write"), Count(job, "trim"), Count(job, "sync"));
        Assert.Equal(5000, reads + writes + trims + flushes);
        Assert.InRange(trims, 800, 1200);
        Assert.InRange(reads, 1600, 2400);
        Assert.InRange(flushes, (writes / 10) - 1, writes / 10);
        Assert.Equal(trims * 4096, job.GetProperty("trim").GetProperty("io_bytes").GetInt64());
        Assert.Equal(flushes, job.GetProperty("sync").GetProperty("lat_ns").GetProperty("N").GetInt64());
    }

    [Theory]
    [InlineData("trim", "trim")]
    [InlineData("randtrim", "trim")]
    [InlineData("flush", "sync")]
    public async Task A_pattern_can_be_all_trims_or_flushes(string pattern, string section)
    {
        var job = Job(await Run(Disk, "-w", pattern, "-q", "4", "-d", "1000"));

        Assert.Equal((1000, 0, 0), (Count(job, section), Count(job, "read"), Count(job, "write")));
    }

    [Fact]
    public async Task A_trim_reaches_the_medium()
    {
        var file = Path.GetTempFileName();
        File.WriteAllBytes(file, [.. Enumerable.Repeat((byte)7, 1 << 20)]);

        await Run($"emulated:?file={file}", "-w", "trim", "-q", "1", "-d", "100%", "--destroy-data");

        Assert.All(File.ReadAllBytes(file), value => Assert.Equal(0, value));
        File.Delete(file);
    }

    [Theory]
    [InlineData("-q", "4", "-d", "1000")]
    [InlineData("-q", "64", "-d", "10")]
    [InlineData("-q", "7", "-d", "1001", "-P", "3")]
    [InlineData("-q", "8", "-d", "5", "-P", "8")]
    [InlineData("-q", "4", "-d", "1000", "--rate", "1M")]
    public async Task The_number_of_transfers_is_kept_to_exactly(params string[] options)
    {
        var job = Job(await Run([Disk, .. options]));

        Assert.Equal(int.Parse(options[3], System.Globalization.CultureInfo.InvariantCulture), Count(job, "read"));
    }

    [Fact]
    public async Task A_share_of_the_namespace_is_so_many_transfers()
    {
        var job = Job(await Run(Disk, "-w", "write", "-q", "4", "-o", "8k", "-d", "150%"));

        Assert.Equal((16 << 20) / 8192 * 3 / 2, Count(job, "write"));
    }

    [Fact]
    public async Task Several_queue_pairs_are_one_row()
    {
        var run = await Run("emulated:?size=16M&max-queues=3", "-P", "3", "-q", "6", "-d", "300");

        Assert.Equal(300, Count(Assert.Single(run.Json.GetProperty("jobs").EnumerateArray()), "read"));
    }

    [Fact]
    public async Task More_queue_pairs_than_the_controller_has_are_refused()
    {
        var run = await Run("emulated:?size=16M&max-queues=2", "-P", "3", "-q", "6", "-d", "300");

        Assert.Contains("no queue pair left", run.Sentence(ExitCode.Unsupported), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_poll_handles_no_more_completions_than_it_may(int most)
    {
        var run = await Run("emulated:?size=16M&host=inline", "-q", "32", "-d", "3200", "-C", $"{most}");

        var busy = run.Json.GetProperty("polls").GetInt64() - run.Json.GetProperty("idle_polls").GetInt64();
        Assert.True(busy >= 3200 / most, $"{busy} polls found something.");
    }

    [Fact]
    public async Task A_poll_of_a_controller_in_software_takes_an_eighth_of_what_is_in_flight()
    {
        var run = await Run("emulated:?size=16M&host=inline", "-q", "256", "-d", "25600");

        var busy = run.Json.GetProperty("polls").GetInt64() - run.Json.GetProperty("idle_polls").GetInt64();
        Assert.True(busy >= 25600 / 32, $"{busy} polls found something.");
    }

    [Fact]
    public async Task Doorbells_are_counted()
    {
        var run = await Run("emulated:?size=16M&host=inline", "-q", "1", "-d", "1000");

        // One transfer in flight: each is told at once, and each completion taken.
        Assert.InRange(run.Json.GetProperty("sq_doorbells").GetInt32(), 998, 1002);
        Assert.InRange(run.Json.GetProperty("cq_doorbells").GetInt32(), 998, 1002);
    }

    [Theory]
    [InlineData(true, "?size=16M&shadow-doorbells=on")]
    [InlineData(false, "?size=16M&shadow-doorbells=on", "--no-shadow-doorbells")]
    [InlineData(false, "?size=16M")]
    public async Task Shadow_doorbells_are_used_where_they_are_offered_and_not_switched_off(bool used, string device, params string[] options)
    {
        var run = await Run(["emulated:" + device, "-q", "4", "-d", "1000", .. options]);

        Assert.Equal(used, run.Json.GetProperty("jobs")[0].GetProperty("shadow_doorbells").GetBoolean());
    }

    [Theory]
    [InlineData("inline")]
    [InlineData("thread")]
    public async Task Scattered_transfers_move_the_right_data(string host)
    {
        var run = await Run($"{Disk}&host={host}", "-w", "randrw", "-o", "64k", "-O", "8k", "-q", "8", "-d", "1000", "--verify");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.True(run.Json.GetProperty("verify").GetProperty("blocks_checked").GetInt64() >= 128);
    }

    [Fact]
    public async Task Scattered_transfers_beyond_the_largest_command_move_the_right_data()
    {
        var run = await Run("emulated:?size=16M&mdts=2", "-w", "write", "-o", "40k", "-O", "12k", "-q", "3", "-d", "100", "--verify");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(100 * 80, run.Json.GetProperty("verify").GetProperty("blocks_checked").GetInt64());
    }

    [Fact]
    public async Task A_rate_is_kept_by_the_clock()
    {
        var run = await Run(Disk, "-q", "8", "-d", "1000", "--rate", "1k");

        // The last of 1000 is due 999 ms after the first, and what is measured begins a moment after that; without a clock they would take one.
        Assert.True(Job(run).GetProperty("job_runtime").GetInt64() >= 500);
        var rate = run.Json.GetProperty("rate");
        Assert.Equal((1000, 1000, 0), (rate.GetProperty("target_iops").GetInt32(), rate.GetProperty("started").GetInt32(), rate.GetProperty("backlog").GetInt32()));
    }

    [Fact]
    public async Task A_device_that_is_too_slow_for_the_rate_shows_in_the_latencies()
    {
        var run = await Run("emulated:?size=16M&latency=20ms", "-q", "1", "-d", "20", "--rate", "1k");

        // Each takes 20 ms; the last was due 19 ms after the first and had 19 before it.
        Assert.True(Job(run).GetProperty("read").GetProperty("clat_ns").GetProperty("max").GetInt64() >= 380_000_000);
        Assert.True(run.Json.GetProperty("rate").GetProperty("waited").GetInt32() >= 18);
        Assert.True(run.Json.GetProperty("rate").GetProperty("max_lag_ns").GetInt64() >= 360_000_000);
    }

    [Fact]
    public async Task A_steady_load_ends_the_run()
    {
        var run = await ToolRun.Of("perf", Disk, "-q", "4", "-t", "600", "-a", "0", "--steady-state", "iops:100000%", "--ss-dur", "2", "--output-format", "json");

        var steady = run.Json.GetProperty("steadystate");
        Assert.Equal(
            (0, 1, 2, "iops:100000%", 2),
            (run.ExitCode, steady.GetProperty("attained").GetInt32(), steady.GetProperty("duration").GetInt32(), steady.GetProperty("ss").GetString(),
                steady.GetProperty("data").GetProperty("iops").GetArrayLength()));
    }

    [Fact]
    public async Task A_load_that_is_not_steady_runs_to_its_end_and_says_so()
    {
        var run = await ToolRun.Of("perf", Disk, "-q", "4", "-t", "3", "-a", "0", "--steady-state", "iops:0.000001%", "--ss-dur", "2");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Steady state: iops:0.000001% over 2 s not attained", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Devices_can_be_given_as_spdk_spells_them()
    {
        var run = await Run("-b", "emulated:?size=16M", "-b", "emulated:?size=32M", "-q", "2", "-d", "10");

        Assert.Equal(
            ["emulated:?size=16M", "emulated:?size=32M"],
            run.Json.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("filename").GetString()));
    }

    [Theory]
    [InlineData("trtype:VFIOUSER traddr:/no/such/folder subnqn:nqn.2019-07.io.spdk:cnode1", "No vfio-user server can be reached at /no/such/folder", (int)ExitCode.NoSuchDevice)]
    [InlineData("trtype:PCIe traddr:ffff:ff:1f.7", "ffff:ff:1f.7", (int)ExitCode.NoSuchDevice)]
    [InlineData("traddr:emulated:?size=16M ns:7", "Namespace 7 of emulated:?size=16M is not active", (int)ExitCode.NoSuchDevice)]
    [InlineData("trtype:TCP traddr:10.0.0.1", "trtype is PCIe or VFIOUSER, not 'TCP'", (int)ExitCode.Usage)]
    [InlineData("trtype:PCIe", "traddr is missing", (int)ExitCode.Usage)]
    [InlineData("trtype:PCIe traddr:1 trsvcid:4420", "'trsvcid:4420' has no meaning here", (int)ExitCode.Usage)]
    public async Task A_transport_identifier_leads_to_its_device(string identifier, string part, int code)
    {
        var run = await ToolRun.Of("perf", "-r", identifier);

        Assert.Contains(part, run.Sentence((ExitCode)code), StringComparison.Ordinal);
    }

    private static Task<ToolRun> Run(params string[] args) =>
        ToolRun.Of(["perf", .. args, "-t", "600", "-a", "0", "--output-format", "json"]);

    private static JsonElement Job(ToolRun run)
    {
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return run.Json.GetProperty("jobs")[0];
    }

    private static long Count(JsonElement job, string section) => job.GetProperty(section).GetProperty("total_ios").GetInt64();
}
