using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Memory;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulated;

/// <summary>The least ladder: what is not answered in time ends in a reset, and nobody is left waiting or lied to.</summary>
public class TimeoutTests
{
    [Fact]
    public async Task A_write_that_is_never_answered_ends_with_an_unknown_fate_and_the_controller_comes_back()
    {
        await using var bench = await TestBench.StartAsync(driver: TestBench.Impatient());
        var device = bench.Open();
        var rule = bench.Faults.Add(CommandMatch.Io(NvmOpcode.Write), FaultAction.Hold);

        var error = await Assert.ThrowsAsync<NvmeException>(async () => await device.WriteAsync(new byte[4096], 8192));
        rule.Remove();
        await TestBench.Until(() => bench.Driver.ResetCount == 1, "the controller was reset");
        await device.WriteAsync(new byte[4096], 8192);

        Assert.Equal(CommandFate.Unknown, error.Fate);
        Assert.Equal(16ul, error.Lba!.Value.Value);
        Assert.Equal(1u, error.NamespaceId.Value);
        Assert.Equal((byte)NvmOpcode.Write, error.Opcode);
        Assert.Empty(bench.Device.RecordedFaults);
    }

    [Fact]
    public async Task A_buffer_belongs_to_the_device_until_the_controller_is_stopped()
    {
        using var heap = new DmaHeap();
        var options = TestBench.Impatient();
        options.Heap = heap;
        await using var bench = await TestBench.StartAsync(driver: options);
        var device = bench.Open();
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Read), FaultAction.Hold);
        var buffer = (DmaBuffer)device.RentBuffer(4096);

        var read = device.ReadAsync(buffer.Memory, 0).AsTask();
        await TestBench.Until(() => bench.Faults.HeldCount == 1, "the device has the read");
        ((IDisposable)buffer).Dispose();

        Assert.False(buffer.IsReleased);
        Assert.Equal(1, heap.ReturnedInFlight);
        await Assert.ThrowsAsync<NvmeException>(() => read);
        Assert.True(buffer.IsReleased);
    }

    [Fact]
    public async Task Requests_that_wait_for_room_are_issued_after_the_reset_and_succeed()
    {
        var options = TestBench.Impatient();
        options.IoQueueEntries = 2;
        await using var bench = await TestBench.StartAsync(driver: options);
        var device = bench.Open();
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Write) with { Count = 1 }, FaultAction.Hold);

        var lost = device.WriteAsync(new byte[512], 0).AsTask();
        var waiting = Enumerable.Range(1, 10).Select(i => device.WriteAsync(new byte[512], i * 512).AsTask()).ToArray();

        Assert.Equal(CommandFate.Unknown, (await Assert.ThrowsAsync<NvmeException>(() => lost)).Fate);
        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task A_controller_that_does_not_come_back_is_dead_and_says_so_to_every_caller()
    {
        await using var bench = await TestBench.StartAsync(TestBench.SoonReady(), TestBench.Impatient());
        var device = bench.Open();
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Write), FaultAction.Hold);
        var first = device.WriteAsync(new byte[512], 0).AsTask();
        await TestBench.Until(() => bench.Faults.HeldCount == 1, "the device has the write");
        bench.Faults.Ready = StuckReady.AtZero;

        Assert.Equal(CommandFate.Unknown, (await Assert.ThrowsAsync<NvmeException>(() => first)).Fate);
        await TestBench.Until(() => bench.Driver.State == ControllerState.Dead, "the controller is dead");
        var later = await Assert.ThrowsAsync<NvmeException>(async () => await device.ReadAsync(new byte[512], 0));
        var admin = await Assert.ThrowsAsync<NvmeException>(() => bench.Driver.AdminAsync(AdminCommands.Identify(IdentifyCns.Controller), new byte[4096]));

        Assert.Equal(CommandFate.NotSubmitted, later.Fate);
        Assert.Equal(CommandFate.NotSubmitted, admin.Fate);
    }

    [Fact]
    public async Task An_admin_command_that_is_never_answered_ends_with_an_unknown_fate()
    {
        await using var bench = await TestBench.StartAsync(driver: TestBench.Impatient());
        var rule = bench.Faults.Add(CommandMatch.AdminCommand(AdminOpcode.GetLogPage), FaultAction.Hold);

        var error = await Assert.ThrowsAsync<NvmeException>(() =>
            bench.Driver.AdminAsync(AdminCommands.GetLogPage(LogPage.Smart, 512, NamespaceId.All), new byte[512]));
        rule.Remove();
        await TestBench.Until(() => bench.Driver.ResetCount == 1, "the controller was reset");
        await bench.Driver.AdminAsync(AdminCommands.GetLogPage(LogPage.Smart, 512, NamespaceId.All), new byte[512]);

        Assert.Equal(CommandFate.Unknown, error.Fate);
    }
}
