using System.Text.Json;
using UserNvme.Cli.Frame;
using UserNvme.Emulation;
using UserNvme.Spec;
using UserNvme.Transports;

namespace UserNvme.Tests.Cli.Perf;

/// <summary>`perf --verify`: what a medium does that lies, and that one which does not is never accused.</summary>
public sealed class PerfVerifyTests : IDisposable
{
    private const int BlockSize = 512;
    private const int BlocksPerTransfer = 8;
    private const int Transfers = 64;

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("-w", "write", "-q", "8", "-d", "100%")]
    [InlineData("-w", "randwrite", "-q", "32", "-d", "3000")]
    [InlineData("-w", "randrw", "-q", "32", "-d", "5000", "-P", "4")]
    [InlineData("-w", "randrw", "-q", "16", "-d", "5000", "-F", "1.2", "-o", "512")]
    [InlineData("-w", "randrw", "-q", "16", "-d", "5000", "--rwmixtrim", "20", "--flush-every", "5", "-o", "16k")]
    [InlineData("-w", "randwrite", "-q", "16", "-d", "500", "--rate", "1M")]
    public async Task A_medium_that_keeps_what_is_written_passes(params string[] options)
    {
        var run = await Run(["emulated:?size=4M", .. options]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var verify = run.Json.GetProperty("verify");
        Assert.Equal(0, verify.GetProperty("mismatches").GetInt64());
        Assert.True(verify.GetProperty("blocks_checked").GetInt64() > 0);
    }

    [Fact]
    public async Task All_that_was_written_is_read_back_once()
    {
        var run = await Run("emulated:?size=4M", "-w", "write", "-q", "8", "-d", "100%");

        Assert.Equal((4 << 20) / BlockSize, run.Json.GetProperty("verify").GetProperty("blocks_checked").GetInt64());
    }

    [Fact]
    public async Task A_block_that_was_written_to_the_wrong_place_is_misdirected()
    {
        var run = await RunOnLyingMedium(medium => medium.CopyBlock(from: 8, to: 20));

        var wrong = Single(run, "misdirected");
        Assert.Equal((20, 8), (Lba(wrong, "expected"), Lba(wrong, "found")));
        Assert.Contains("misdirected: LBA 20 of namespace 1 of ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_was_lost_leaves_stale_blocks()
    {
        var run = await RunOnLyingMedium(medium => medium.RestoreBlocks(first: 40, count: BlocksPerTransfer));

        Assert.Equal((int)ExitCode.DataMismatch, run.ExitCode);
        var verify = run.Json.GetProperty("verify");
        Assert.Equal((BlocksPerTransfer, BlocksPerTransfer), (verify.GetProperty("mismatches").GetInt32(), verify.GetProperty("stale").GetInt32()));
        var wrong = verify.GetProperty("details")[0];
        Assert.Equal((40, 40, 2, 1), (Lba(wrong, "expected"), Lba(wrong, "found"), Generation(wrong, "expected"), Generation(wrong, "found")));
    }

    [Fact]
    public async Task A_write_that_was_kept_in_part_is_torn()
    {
        var run = await RunOnLyingMedium(medium => medium.RestoreBlocks(first: 43, count: 1));

        var wrong = Single(run, "torn");
        Assert.Equal((43, 43, 2, 1), (Lba(wrong, "expected"), Lba(wrong, "found"), Generation(wrong, "expected"), Generation(wrong, "found")));
    }

    [Fact]
    public async Task A_block_that_was_kept_in_part_is_torn()
    {
        var run = await RunOnLyingMedium(medium => medium.RestoreBytes((43 * BlockSize) + 256, 256));

        var wrong = Single(run, "torn");
        Assert.Contains("generation 2 at the beginning and 1 at the end", wrong.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Zeroes_where_something_was_written_are_stale()
    {
        var run = await RunOnLyingMedium(medium => medium.Write(16 * BlockSize, new byte[BlocksPerTransfer * BlockSize]));

        Assert.Equal((int)ExitCode.DataMismatch, run.ExitCode);
        Assert.Equal(BlocksPerTransfer, run.Json.GetProperty("verify").GetProperty("stale").GetInt32());
        Assert.Contains("found zeroes", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(511)]
    public async Task A_byte_that_changed_is_corrupt_wherever_it_is(int position)
    {
        var run = await RunOnLyingMedium(medium => medium.Flip((30 * BlockSize) + position));

        var wrong = Single(run, "corrupt");
        Assert.Equal(30, Lba(wrong, "expected"));
        Assert.Contains($"the first wrong byte at {position} of 512", wrong.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_byte_that_changed_on_its_way_is_corrupt()
    {
        var device = Device(script => script.Add(CommandMatch.Io(NvmOpcode.Read) with { Skip = 5, Count = 1 }, FaultAction.CorruptData(1000)));

        Single(await Run(device, "-w", "write", "-q", "1", "-d", "100%", "-Q", "1"), "corrupt");
    }

    [Fact]
    public async Task A_read_that_moves_no_data_is_found_out()
    {
        var run = await Run("emulated:?size=4M&backing=null", "-w", "randrw", "-q", "4", "-d", "100");

        Assert.Equal((int)ExitCode.DataMismatch, run.ExitCode);
        Assert.True(run.Json.GetProperty("verify").GetProperty("not_filled").GetInt64() >= BlocksPerTransfer);
    }

    [Fact]
    public async Task The_first_wrong_block_ends_the_run_unless_it_is_told_to_go_on()
    {
        string[] load = ["emulated:?size=4M&backing=null", "-w", "write", "-q", "1", "-d", "100%"];

        var stopped = await Run(load);
        var all = await Run([.. load, "-Q", "1000000"]);

        Assert.Equal(BlocksPerTransfer, stopped.Json.GetProperty("verify").GetProperty("mismatches").GetInt32());
        Assert.Equal((4 << 20) / BlockSize, all.Json.GetProperty("verify").GetProperty("mismatches").GetInt32());
        Assert.Equal(100, all.Json.GetProperty("verify").GetProperty("details").GetArrayLength());
    }

    [Fact]
    public async Task A_write_that_failed_is_not_held_against_the_medium()
    {
        var device = Device(script => script.Add(CommandMatch.Io(NvmOpcode.Write) with { Skip = 100, Count = 5 }, FaultAction.Fail(new NvmeStatus(0x280))));

        var run = await Run(device, "-w", "randrw", "-q", "4", "-d", "2000", "-Q", "1");

        Assert.Equal((int)ExitCode.DeviceStatus, run.ExitCode);
        Assert.Equal(0, run.Json.GetProperty("verify").GetProperty("mismatches").GetInt32());
        Assert.Equal(5, run.Json.GetProperty("jobs")[0].GetProperty("total_err").GetInt32());
    }

    [Fact]
    public async Task A_namespace_that_carries_data_is_refused()
    {
        var disk = new byte[4 << 20];
        "LUKS\xBA\xBE"u8.CopyTo(disk);
        disk[4] = 0xBA;
        disk[5] = 0xBE;
        await File.WriteAllBytesAsync(_file, disk);

        var run = await Run($"emulated:?file={_file}", "-w", "write", "-q", "1", "-d", "100%");

        Assert.Contains("LUKS", run.Sentence(ExitCode.WouldDestroyData), StringComparison.Ordinal);
        Assert.Equal(disk, await File.ReadAllBytesAsync(_file));
    }

    // Two passes over the namespace; the medium lies as the read-back begins, with what it held after the first pass at hand.
    private static async Task<ToolRun> RunOnLyingMedium(Action<LyingMedium> lie)
    {
        var device = Device((script, medium) =>
        {
            script.Add(CommandMatch.Io(NvmOpcode.Write) with { Skip = Transfers - 1, Count = 1 }, FaultAction.Complete(entry =>
            {
                medium.Remember();
                return entry;
            }));
            script.Add(CommandMatch.Io(NvmOpcode.Write) with { Skip = (2 * Transfers) - 2, Count = 1 }, FaultAction.Complete(entry =>
            {
                lie(medium);
                return entry;
            }));
        });
        return await Run(device, "-w", "write", "-q", "1", "-d", "200%", "-Q", "1");
    }

    private static string Device(Action<FaultScript> prepare) => Device((script, _) => prepare(script));

    private static string Device(Action<FaultScript, LyingMedium> prepare)
    {
        var scheme = $"lying-{Guid.NewGuid():N}";
        TransportRegistry.Register(scheme, _ =>
        {
            var disk = new EmulatedNamespaceOptions { Size = Transfers * BlocksPerTransfer * BlockSize };
            var controller = new EmulatedController(new EmulatedControllerOptions { Namespaces = [disk] });
            prepare(controller.Faults, new LyingMedium(controller));
            return new EmulatedTransport(controller, EmulatedHostKind.Thread, scheme + ":");
        });
        return scheme + ":";
    }

    private static Task<ToolRun> Run(params string[] args) =>
        ToolRun.Of(["perf", .. args, "--verify", "-t", "600", "-a", "0", "--output-format", "json"]);

    private static JsonElement Single(ToolRun run, string kind)
    {
        Assert.Equal((int)ExitCode.DataMismatch, run.ExitCode);
        var verify = run.Json.GetProperty("verify");
        Assert.Equal((1, 1), (verify.GetProperty("mismatches").GetInt32(), verify.GetProperty(kind).GetInt32()));
        return verify.GetProperty("details")[0];
    }

    private static int Lba(JsonElement wrong, string tag) => wrong.GetProperty(tag).GetProperty("lba").GetInt32();

    private static int Generation(JsonElement wrong, string tag) => wrong.GetProperty(tag).GetProperty("generation").GetInt32();
}
