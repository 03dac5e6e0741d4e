using System.Buffers.Binary;
using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Memory;
using UserNvme.Spec;
using UserNvme.Tests.Emulated;

namespace UserNvme.Tests.Emulation;

/// <summary>The driver against a controller that misbehaves, as a user of the fault script sees both.</summary>
public class RealDriverFaultTests
{
    private static readonly NamespaceId s_first = new(1);

    [Fact]
    public async Task A_command_that_never_completes_ends_with_an_unknown_fate_and_its_memory_is_left_alone_afterwards()
    {
        await using var controller = await Open(out var emulated);
        var device = NvmeBlockDevice.Open(controller, s_first);
        using var buffer = device.RentBuffer(4096);
        buffer.Memory.Span.Fill(0xAA);
        var rule = emulated.Faults.Add(CommandMatch.Io(NvmOpcode.Read) with { Count = 1 }, FaultAction.Hold);

        var error = await Assert.ThrowsAsync<NvmeException>(async () => await device.ReadAsync(buffer.Memory[..4096], 0));
        emulated.Faults.Release();
        emulated.Step();

        Assert.Equal(CommandFate.Unknown, error.Fate);
        Assert.Equal(1, rule.Hits);
        Assert.False(buffer.Memory.Span[..4096].ContainsAnyExcept((byte)0xAA));
        await AssertWorks(controller, emulated);
    }

    [Fact]
    public async Task A_completion_that_comes_twice_or_with_a_foreign_identifier_reaches_nobody_else()
    {
        foreach (var action in new[] { FaultAction.CompleteTwice, FaultAction.WrongCommandId(0x3FFF, thenTruly: true), FaultAction.WrongCommandId(0xFFFF, thenTruly: true), FaultAction.StaleCommandId(0xFF00, thenTruly: true) })
        {
            await using var controller = await Open(out var emulated);
            emulated.Faults.Add(CommandMatch.AnyIo with { Count = 1 }, action);
            var device = NvmeBlockDevice.Open(controller, s_first);

            // The lie may cost a reset, which ends the flush, or what comes next, with an unknown fate: one of them, and nothing after it.
            var first = await Record.ExceptionAsync(async () => await device.FlushAsync());
            var second = await Record.ExceptionAsync(async () => await AssertWorks(controller, emulated));

            Assert.All([first, second], e => Assert.True(e is null or NvmeException { Fate: CommandFate.Unknown }, e?.ToString()));
            Assert.True(first is null || second is null);
            await TestBench.Until(() => controller.ResetCount == 1, "the controller was reset");
            await AssertWorks(controller, emulated);
        }
    }

    [Fact]
    public async Task A_fatal_status_is_noticed_and_the_controller_comes_back()
    {
        await using var controller = await Open(out var emulated);
        emulated.Faults.Add(CommandMatch.Io(NvmOpcode.Flush) with { Count = 1 }, FaultAction.FatalStatus);

        var error = await Assert.ThrowsAsync<NvmeException>(async () => await NvmeBlockDevice.Open(controller, s_first).FlushAsync());

        Assert.Equal(CommandFate.Unknown, error.Fate);
        await AssertWorks(controller, emulated);
    }

    [Fact]
    public async Task A_device_that_is_gone_ends_all_operations_and_the_controller_is_dead()
    {
        await using var controller = await Open(out var emulated);
        emulated.Faults.Add(CommandMatch.Io(NvmOpcode.Flush), FaultAction.DeviceGone);
        var device = NvmeBlockDevice.Open(controller, s_first);

        await Assert.ThrowsAsync<NvmeException>(async () => await device.FlushAsync());

        Assert.True(SpinWait.SpinUntil(() => controller.State == ControllerState.Dead, 20_000));
        await Assert.ThrowsAsync<NvmeException>(async () => await device.FlushAsync());
    }

    [Fact]
    public async Task A_controller_that_does_not_disable_is_reset_before_memory_is_given_back()
    {
        await using var controller = await Open(out var emulated);
        emulated.Faults.Ready = StuckReady.AtOne;
        emulated.Faults.Add(CommandMatch.Io(NvmOpcode.Flush) with { Count = 1 }, FaultAction.Hold);

        await Assert.ThrowsAsync<NvmeException>(async () => await NvmeBlockDevice.Open(controller, s_first).FlushAsync());
        emulated.Faults.Clear();

        await AssertWorks(controller, emulated);
    }

    [Fact]
    public async Task A_controller_that_neither_disables_nor_resets_is_dead_and_cannot_touch_memory_any_more()
    {
        await using var controller = await Open(out var emulated);
        var device = NvmeBlockDevice.Open(controller, s_first);
        using var buffer = device.RentBuffer(4096);
        buffer.Memory.Span.Fill(0xAA);
        emulated.Faults.Ready = StuckReady.AtOne;
        emulated.Faults.ResetFails = true;
        emulated.Faults.Add(CommandMatch.Io(NvmOpcode.Read), FaultAction.Hold);

        await Assert.ThrowsAsync<NvmeException>(async () => await device.ReadAsync(buffer.Memory[..4096], 0));
        emulated.Faults.Release();
        emulated.Step();

        Assert.False(buffer.Memory.Span[..4096].ContainsAnyExcept((byte)0xAA));
        Assert.True(SpinWait.SpinUntil(() => controller.State == ControllerState.Dead, 20_000));
    }

    [Fact]
    public async Task Cancelling_aborts_a_held_command_and_ends_only_with_its_completion()
    {
        await using var controller = await Open(out var emulated);
        emulated.Faults.Add(CommandMatch.Io(NvmOpcode.Flush) with { Count = 1 }, FaultAction.Hold);
        using var cancellation = new CancellationTokenSource();
        var flush = NvmeBlockDevice.Open(controller, s_first).FlushAsync(cancellation.Token).AsTask();
        Assert.True(SpinWait.SpinUntil(() => emulated.Faults.HeldCount == 1, 20_000));

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await flush);
        Assert.Equal(ControllerState.Live, controller.State);
        await AssertWorks(controller, emulated);
    }

    [Theory]
    [InlineData(130, 0)]    // LBADS below 512 bytes
    [InlineData(130, 63)]   // LBADS that shifts everything away
    [InlineData(26, 0x0F)]  // a format that is not in the table
    [InlineData(29, 1)]     // protection information
    [InlineData(128, 8)]    // metadata
    public async Task A_namespace_with_an_impossible_or_unsupported_format_is_refused(int offset, byte value)
    {
        await using var controller = await Open(out _, emulated => emulated.Faults.Identify = (cns, _, data) =>
        {
            if (cns == 0) data[offset] = value;
        });

        Assert.Throws<NvmeSetupException>(() => NvmeBlockDevice.Open(controller, s_first));
    }

    [Fact]
    public async Task A_namespace_larger_than_any_offset_is_refused_or_cut_and_never_wraps()
    {
        await using var controller = await Open(out _, emulated => emulated.Faults.Identify = (cns, _, data) =>
        {
            if (cns == 0) BinaryPrimitives.WriteUInt64LittleEndian(data, ulong.MaxValue);
        });

        var error = Record.Exception(() => Assert.True(NvmeBlockDevice.Open(controller, s_first).Info.Length > 0));

        Assert.True(error is null or NvmeSetupException, error?.ToString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65_535)]
    public async Task A_number_of_queues_other_than_asked_for_is_coped_with(int count)
    {
        await using var controller = await Open(out var emulated, e => e.Faults.QueueCountReply = _ => (ushort)count);

        await AssertWorks(controller, emulated);
    }

    [Fact]
    public async Task A_queue_that_cannot_be_created_is_a_setup_error()
    {
        await Assert.ThrowsAsync<NvmeSetupException>(() => Open(out _, emulated =>
            emulated.Faults.Add(CommandMatch.AdminCommand(AdminOpcode.CreateIoSubmissionQueue), FaultAction.Fail(new NvmeStatus(0x4101)))));
    }

    [Fact]
    public async Task A_controller_that_never_becomes_ready_is_a_setup_error_within_its_own_time()
    {
        var options = new EmulatedControllerOptions { ReadyTimeout = 1 };

        await Assert.ThrowsAsync<NvmeSetupException>(() => Open(out _, emulated => emulated.Faults.Ready = StuckReady.AtZero, options));
    }

    [Fact]
    public async Task A_stray_access_of_the_device_is_stopped_by_the_IOMMU_and_fails_only_its_command()
    {
        await using var controller = await Open(out var emulated);
        emulated.Faults.Add(CommandMatch.Io(NvmOpcode.Flush) with { Count = 1 }, FaultAction.TouchAddress(new Iova(0), DmaDirection.Write));

        var error = await Record.ExceptionAsync(async () => await NvmeBlockDevice.Open(controller, s_first).FlushAsync());

        Assert.True(error is null or NvmeException);
        Assert.Equal(new Iova(0), Assert.Single(emulated.RecordedFaults).Address);
        emulated.ClearRecordedFaults();
        await AssertWorks(controller, emulated);
    }

    private static Task<NvmeController> Open(out EmulatedController emulated, Action<EmulatedController>? prepare = null, EmulatedControllerOptions? options = null)
    {
        options ??= new EmulatedControllerOptions { ReadyTimeout = 2 };
        emulated = new EmulatedController(options with { Namespaces = [new EmulatedNamespaceOptions { Size = 16 << 20 }] });
        prepare?.Invoke(emulated);
        var transport = new EmulatedTransport(emulated, EmulatedHostKind.Inline);
        return NvmeController.OpenAsync(transport, new NvmeControllerOptions { CommandTimeout = TimeSpan.FromSeconds(1) });
    }

    private static async Task AssertWorks(NvmeController controller, EmulatedController emulated)
    {
        Assert.True(SpinWait.SpinUntil(() => controller.State == ControllerState.Live, 20_000), controller.State.ToString());
        var device = NvmeBlockDevice.Open(controller, s_first);
        var written = new byte[65_536];
        new Random(5).NextBytes(written);
        await device.WriteAsync(written, 4096);
        var read = new byte[written.Length];
        await device.ReadAsync(read, 4096);
        Assert.Equal(written, read);
        Assert.Empty(emulated.RecordedFaults);
    }
}
