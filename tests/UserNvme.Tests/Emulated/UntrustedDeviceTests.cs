using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulated;

/// <summary>A device that lies, breaks or goes away: a clear error and a reset, never a wrong answer to a caller.</summary>
public class UntrustedDeviceTests
{
    public static TheoryData<string> Lies => [
        "a command identifier out of range", "a stale generation", "a wrong submission queue", "a head behind the queue's end", "two completions for one command"];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_lying_completion_resets_the_controller_and_reaches_no_caller(string lie)
    {
        await using var bench = await TestBench.StartAsync();
        var device = bench.Open();
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Read) with { Count = 1 }, ActionOf(lie));

        var error = await Record.ExceptionAsync(async () => await device.ReadAsync(new byte[512], 0));
        // The second of two completions may come when nothing is in flight and nobody looks.
        await Record.ExceptionAsync(async () => await device.FlushAsync());
        await TestBench.Until(() => bench.Driver.ResetCount == 1, "the controller was reset");
        var data = new byte[512];
        await device.WriteAsync(Enumerable.Repeat((byte)7, 512).ToArray(), 0);
        await device.ReadAsync(data, 0);

        if (lie != "two completions for one command") Assert.Equal(CommandFate.Unknown, Assert.IsType<NvmeException>(error).Fate);
        Assert.All(data, b => Assert.Equal(7, b));
    }

    [Fact]
    public async Task A_fatal_status_resets_the_controller()
    {
        await using var bench = await TestBench.StartAsync();
        var device = bench.Open();

        bench.Faults.SetFatalStatus();
        var error = await Record.ExceptionAsync(async () => await device.WriteAsync(new byte[512], 0));
        await TestBench.Until(() => bench.Driver.ResetCount == 1, "the controller was reset");
        await device.WriteAsync(new byte[512], 0);

        Assert.True(error is null or NvmeException { Fate: CommandFate.Unknown });
    }

    [Fact]
    public async Task A_device_that_is_gone_ends_every_operation_and_the_controller_closes()
    {
        var bench = await TestBench.StartAsync();
        var device = bench.Open();
        bench.Faults.Add(CommandMatch.AnyIo, FaultAction.Hold);
        var writes = Enumerable.Range(0, 16).Select(i => device.WriteAsync(new byte[512], i * 512).AsTask()).ToArray();
        await TestBench.Until(() => bench.Faults.HeldCount == 16, "the device has the writes");

        bench.Faults.RemoveDevice();
        var errors = await Task.WhenAll(writes.Select(async w => await Assert.ThrowsAsync<NvmeException>(() => w)));
        await TestBench.Until(() => bench.Driver.State == ControllerState.Dead, "the controller is dead");
        await bench.DisposeAsync();

        Assert.All(errors, e => Assert.Equal(CommandFate.Unknown, e.Fate));
        Assert.Equal(ControllerState.Closed, bench.Driver.State);
    }

    [Fact]
    public async Task A_controller_that_does_not_get_ready_fails_to_open_within_its_time()
    {
        var error = await Assert.ThrowsAsync<NvmeSetupException>(() => TestBench.StartAsync(TestBench.SoonReady(), faults: f => f.Ready = StuckReady.AtZero));

        Assert.Equal(SetupProblem.DeviceFailed, error.Problem);
        Assert.Contains("does not come up", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_controller_that_can_neither_be_disabled_nor_reset_is_closed_before_its_memory_is_free()
    {
        var bench = await TestBench.StartAsync(TestBench.SoonReady() with { CanReset = false }, TestBench.Impatient());
        var device = bench.Open();
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Read), FaultAction.Hold);
        bench.Faults.Ready = StuckReady.AtOne;

        var error = await Assert.ThrowsAsync<NvmeException>(async () => await device.ReadAsync(new byte[512], 0));
        await TestBench.Until(() => bench.Driver.State == ControllerState.Dead, "the controller is dead");
        bench.Faults.Release();
        await bench.DisposeAsync();

        Assert.Equal(CommandFate.Unknown, error.Fate);
        Assert.Empty(bench.Device.RecordedFaults);
    }

    [Fact]
    public async Task A_shutdown_that_never_completes_does_not_keep_the_controller_from_closing()
    {
        var bench = await TestBench.StartAsync();
        bench.Faults.ShutdownNeverCompletes = true;

        await bench.DisposeAsync();

        Assert.Equal(ControllerState.Closed, bench.Driver.State);
    }

    [Fact]
    public async Task An_error_status_names_status_namespace_block_and_opcode()
    {
        await using var bench = await TestBench.StartAsync();
        var device = bench.Open();
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Read), FaultAction.Fail(new NvmeStatus(0x281)));

        var error = await Assert.ThrowsAsync<NvmeException>(async () => await device.ReadAsync(new byte[1024], 5 * 512));

        Assert.Equal(CommandFate.Completed, error.Fate);
        Assert.Equal(0x281, error.Status.TypeAndCode);
        Assert.Equal(5ul, error.Lba!.Value.Value);
        Assert.Contains("Unrecovered Read Error", error.Message, StringComparison.Ordinal);
        Assert.Equal(ControllerState.Live, bench.Driver.State);
    }

    private static FaultAction ActionOf(string lie) => lie switch
    {
        "a command identifier out of range" => FaultAction.WrongCommandId(0x00FF),
        "a stale generation" => FaultAction.StaleCommandId(0x7F00),
        "a wrong submission queue" => FaultAction.WrongSubmissionQueueId(new QueueId(9)),
        "a head behind the queue's end" => FaultAction.WrongSubmissionQueueHead(0xFFF0),
        _ => FaultAction.CompleteTwice,
    };
}
