using UserNvme.Cli.Frame;
using UserNvme.Emulation;
using UserNvme.Spec;
using UserNvme.Transports;

namespace UserNvme.Tests.Cli;

/// <summary>The tool on devices that misbehave: what it says, with which exit code, and that it comes to an end.</summary>
public class FailingDeviceTests
{
    // Unrecovered Read Error: status code type 2, code 0x81.
    private static readonly NvmeStatus s_unrecoveredRead = new(0x281);

    [Fact]
    public async Task A_failed_transfer_of_perf_is_counted_and_its_status_is_the_end_of_the_figures()
    {
        var device = Device(script => script.Add(CommandMatch.Io(NvmOpcode.Read) with { Skip = 20, Count = 3 }, FaultAction.Fail(s_unrecoveredRead)));

        var run = await ToolRun.Of("perf", device, "-q", "4", "-d", "1000", "-t", "600", "-a", "0", "-Q", "1", "--output-format", "json");

        Assert.Equal((int)ExitCode.DeviceStatus, run.ExitCode);
        Assert.Equal(3, run.Json.GetProperty("jobs")[0].GetProperty("total_err").GetInt32());
        Assert.True(run.Json.GetProperty("jobs")[0].GetProperty("read").GetProperty("total_ios").GetInt64() > 20);
        Assert.Contains($"usernvme: 3 transfer(s) failed, the first: A read of namespace 1 of {device} failed: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("usernvme: 3 transfer(s) failed so far, the latest: A read of namespace 1 of ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_failed_transfer_ends_perf_unless_it_is_told_to_go_on()
    {
        var device = Device(script => script.Add(CommandMatch.Io(NvmOpcode.Read) with { Skip = 20 }, FaultAction.Fail(s_unrecoveredRead)));

        var run = await ToolRun.Of("perf", device, "-q", "1", "-t", "600", "-a", "0", "--output-format", "json");

        Assert.Equal((int)ExitCode.DeviceStatus, run.ExitCode);
        var job = run.Json.GetProperty("jobs")[0];
        Assert.Equal((1, 20), (job.GetProperty("total_err").GetInt32(), job.GetProperty("read").GetProperty("total_ios").GetInt32()));
    }

    [Fact]
    public async Task A_command_that_is_never_answered_ends_perf_with_an_unknown_fate()
    {
        var device = Device(script => script.Add(CommandMatch.Io(NvmOpcode.Write) with { Skip = 20, Count = 1 }, FaultAction.Hold));

        var run = await ToolRun.Of("perf", device, "-w", "randwrite", "-q", "4", "-t", "600", "-a", "0", "--timeout", "5", "--output-format", "json");

        Assert.Equal((int)ExitCode.FateUnknown, run.ExitCode);
        Assert.Contains("whether it took effect is unknown", run.Error, StringComparison.Ordinal);
        Assert.InRange(run.Json.GetProperty("jobs")[0].GetProperty("total_err").GetInt32(), 1, 4);
    }

    [Fact]
    public async Task A_device_that_vanishes_ends_perf()
    {
        var device = Device(script => script.Add(CommandMatch.Io(NvmOpcode.Read) with { Skip = 20 }, FaultAction.DeviceGone));

        var run = await ToolRun.Of("perf", device, "-q", "4", "-t", "600", "-a", "0", "--timeout", "5", "--output-format", "json");

        Assert.Equal((int)ExitCode.FateUnknown, run.ExitCode);
        Assert.True(run.Json.GetProperty("jobs")[0].GetProperty("total_err").GetInt32() > 0);
    }

    [Fact]
    public async Task An_interrupted_perf_prints_what_it_measured()
    {
        using var stop = new CancellationTokenSource();
        var hundredth = CommandMatch.Io(NvmOpcode.Read) with { Skip = 99, Count = 1 };
        var device = Device(script => script.Add(hundredth, FaultAction.Complete(entry =>
        {
            stop.Cancel();
            return entry;
        })));

        var run = await ToolRun.Of(["perf", device, "-q", "2", "-t", "600", "-a", "0", "--output-format", "json"], [], stop.Token);

        Assert.Equal((int)ExitCode.Interrupted, run.ExitCode);
        Assert.True(run.Json.GetProperty("interrupted").GetBoolean());
        Assert.InRange(run.Json.GetProperty("jobs")[0].GetProperty("read").GetProperty("total_ios").GetInt64(), 1, long.MaxValue);
    }

    [Fact]
    public async Task A_read_that_fails_names_status_and_block_and_leaves_stdout_empty()
    {
        var device = Device(script => script.Add(CommandMatch.Io(NvmOpcode.Read), FaultAction.Fail(s_unrecoveredRead)));

        var run = await ToolRun.Of("read", device, "-n", "1", "-s", "77");

        Assert.Contains("77", run.Sentence(ExitCode.DeviceStatus), StringComparison.Ordinal);
        Assert.Empty(run.Data);
    }

    [Fact]
    public async Task A_write_that_is_never_answered_says_that_its_fate_is_unknown()
    {
        var device = Device(script => script.Add(CommandMatch.Io(NvmOpcode.Write), FaultAction.Hold));

        var run = await ToolRun.Of(["write", device, "-n", "1", "-d", "-", "--timeout", "5"], new byte[512], default);

        Assert.Contains("unknown", run.Sentence(ExitCode.FateUnknown), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_controller_that_does_not_come_up_is_told_in_one_sentence()
    {
        var device = Device(script => script.Ready = StuckReady.AtZero, readyTimeout: 1);

        var run = await ToolRun.Of("id-ctrl", device);

        Assert.Contains(device, run.Sentence(ExitCode.DeviceFailed), StringComparison.Ordinal);
    }

    // Each device has an address of its own, so that tests side by side do not meet.
    private static string Device(Action<FaultScript> prepare, int? readyTimeout = null)
    {
        var scheme = $"failing-{Guid.NewGuid():N}";
        TransportRegistry.Register(scheme, _ =>
        {
            var options = new EmulatedControllerOptions { Namespaces = [new EmulatedNamespaceOptions { Size = 16 << 20 }] };
            if (readyTimeout is { } seconds) options = options with { ReadyTimeout = seconds };
            var controller = new EmulatedController(options);
            prepare(controller.Faults);
            return new EmulatedTransport(controller, EmulatedHostKind.Thread, scheme + ":");
        });
        return scheme + ":";
    }
}
