using UserNvme.Emulation;
using UserNvme.Memory;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulation;

public sealed class FaultScriptTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly RawDriver _driver;
    private readonly RawQueuePair _pair;
    private readonly RawBuffer _buffer;

    public FaultScriptTests()
    {
        _driver = new RawDriver(new EmulatedControllerOptions { Clock = _clock, Namespaces = [new EmulatedNamespaceOptions { Size = 1 << 20 }] });
        _pair = _driver.Enable().CreateIoPair();
        _buffer = _driver.Memory.Allocate(512);
    }

    private FaultScript Faults => _driver.Controller.Faults;

    private SubmissionEntry Read => RawDriver.Io(NvmOpcode.Read, 0, 1, _buffer);

    public void Dispose() => _driver.Dispose();

    [Fact]
    public void A_held_command_moves_its_data_when_it_is_released_and_not_before()
    {
        Faults.Add(CommandMatch.Io(NvmOpcode.Read) with { Count = 1 }, FaultAction.Hold);
        _buffer.Span.Fill(1);

        var commandId = _pair.Submit(Read);
        var early = _pair.TryTake(out _);
        var untouched = !_buffer.Span.ContainsAnyExcept((byte)1);
        var next = _pair.Run(Read with { Prp1 = _driver.Memory.Allocate(512).Iova });
        Faults.Release();
        _driver.Controller.Step();
        var late = _pair.Take();

        Assert.False(early);
        Assert.True(untouched);
        RawDriver.AssertSuccess(next);
        Assert.Equal(commandId, late.CommandId);
        Assert.False(_buffer.Span.ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void An_abort_ends_a_held_command_and_an_ignored_abort_does_not()
    {
        Faults.Add(CommandMatch.AnyIo, FaultAction.Hold);
        Faults.AbortIgnored = true;
        var commandId = _pair.Submit(Read);
        var abort = new SubmissionEntry { Opcode = (byte)AdminOpcode.Abort, Cdw10 = 1 | ((uint)commandId << 16) };

        var ignored = _driver.Admin.Run(abort).Result;
        Faults.AbortIgnored = false;
        var obeyed = _driver.Admin.Run(abort).Result;
        var again = _driver.Admin.Run(abort).Result;
        var completion = _pair.Take();

        Assert.Equal((1u, 0u, 1u), (ignored, obeyed, again));
        Assert.Equal((commandId, 0x007), (completion.CommandId, completion.Status.TypeAndCode));
    }

    [Fact]
    public void A_delayed_command_completes_with_its_time()
    {
        Faults.Add(CommandMatch.AnyIo with { Count = 1 }, FaultAction.Delay(TimeSpan.FromMilliseconds(5)));
        var delayed = _pair.Submit(Read);
        var other = _pair.Submit(Read);

        var first = _pair.Take();
        _clock.Advance(TimeSpan.FromMilliseconds(4.999));
        _driver.Controller.Step();
        var early = _pair.TryTake(out _);
        _clock.Advance(TimeSpan.FromMilliseconds(0.001));
        _driver.Controller.Step();

        Assert.Equal(other, first.CommandId);
        Assert.False(early);
        Assert.Equal(delayed, _pair.Take().CommandId);
    }

    [Fact]
    public void Only_the_commands_that_match_are_hit_and_only_so_many()
    {
        var match = CommandMatch.Io(NvmOpcode.Read) with { Namespace = new NamespaceId(1), FirstLba = new Lba(10), LastLba = new Lba(19), Skip = 1, Count = 2 };
        var rule = Faults.Add(match, FaultAction.Fail(new NvmeStatus(0x281)));

        var statuses = new[] { (9, 1), (9, 2), (19, 1), (20, 1), (10, 5), (15, 1) }
            .Select(c => _pair.Run(RawDriver.Io(NvmOpcode.Read, (ulong)c.Item1, c.Item2, _driver.Memory.Allocate(4096))).Status.TypeAndCode);

        Assert.Equal([0, 0, 0x281, 0, 0x281, 0], statuses);
        Assert.Equal(2, rule.Hits);
        rule.Remove();
        Assert.Empty(Faults.Rules);
    }

    [Fact]
    public void A_command_can_complete_twice_or_with_another_identifier_or_head_or_queue()
    {
        Faults.Add(CommandMatch.AnyIo with { Count = 1 }, FaultAction.CompleteTwice);
        Faults.Add(CommandMatch.AnyIo with { Count = 1 }, FaultAction.WrongCommandId(0xABCD));
        Faults.Add(CommandMatch.AnyIo with { Count = 1 }, FaultAction.StaleCommandId(0x1000, thenTruly: true));
        Faults.Add(CommandMatch.AnyIo with { Count = 1 }, FaultAction.WrongSubmissionQueueHead(0x7777));
        Faults.Add(CommandMatch.AnyIo with { Count = 1 }, FaultAction.WrongSubmissionQueueId(new QueueId(9)));
        for (var i = 0; i < 5; i++)
            _pair.Submit(Read);

        var seen = Enumerable.Range(0, 7).Select(_ => _pair.Take()).ToArray();

        Assert.Equal([0, 0, 0xABCD, 0x1002, 2, 3, 4], seen.Select(c => (int)c.CommandId));
        Assert.Equal(0x7777, seen[5].SubmissionQueueHead);
        Assert.Equal(9, seen[6].SubmissionQueueId);
        Assert.False(_pair.TryTake(out _));
    }

    [Fact]
    public void A_completion_with_the_old_phase_is_not_seen()
    {
        Faults.Add(CommandMatch.AnyIo with { Count = 1 }, FaultAction.WrongPhase());

        _pair.Submit(Read);

        Assert.False(_pair.TryTake(out var entry));
        Assert.Equal(1, entry.SubmissionQueueId);
    }

    [Theory]
    [InlineData(NvmOpcode.Read)]
    [InlineData(NvmOpcode.Write)]
    public void Data_can_be_changed_on_its_way(NvmOpcode opcode)
    {
        _buffer.Span.Fill(0x10);
        RawDriver.AssertSuccess(_pair.Run(RawDriver.Io(NvmOpcode.Write, 0, 1, _buffer)));
        Faults.Add(CommandMatch.Io(opcode) with { Count = 1 }, FaultAction.CorruptData(300, 0x01));

        RawDriver.AssertSuccess(_pair.Run(RawDriver.Io(NvmOpcode.Write, 0, 1, _buffer)));
        RawDriver.AssertSuccess(_pair.Run(Read));

        Assert.Equal(0x11, _buffer.Span[300]);
        Assert.Equal(0x10, _buffer.Span[299]);
    }

    [Fact]
    public void An_address_that_nobody_gave_is_stopped_by_the_IOMMU_and_recorded()
    {
        Faults.Add(CommandMatch.AnyIo with { Count = 1 }, FaultAction.TouchAddress(new Iova(0), DmaDirection.Write));

        var completion = _pair.Run(Read);

        Assert.Equal(0x004, completion.Status.TypeAndCode);
        var fault = Assert.Single(_driver.Controller.RecordedFaults);
        Assert.Equal((new Iova(0), DmaDirection.Write), (fault.Address, fault.Direction));
    }

    [Fact]
    public void A_fatal_status_stops_all_until_a_reset()
    {
        Faults.Add(CommandMatch.AnyIo with { Count = 1 }, FaultAction.FatalStatus);

        _pair.Submit(Read);
        _pair.Submit(Read);

        Assert.Equal(3u, _driver.Transport.Read32(RawDriver.Csts));
        Assert.False(_pair.TryTake(out _));
        _driver.Disable();
        RawDriver.AssertSuccess(_driver.Enable().CreateIoPair().Run(Read));
    }

    [Fact]
    public void A_device_that_is_gone_reads_as_all_ones_and_may_announce_it()
    {
        Faults.Add(CommandMatch.AnyIo with { Count = 1 }, FaultAction.DeviceGone);
        _pair.Submit(Read);

        Assert.Equal(uint.MaxValue, _driver.Transport.Read32(RawDriver.Csts));
        Assert.Equal(ulong.MaxValue, _driver.Transport.Read64(0));
        Assert.False(_pair.TryTake(out _));
        Assert.False(_driver.Transport.Removed.IsCancellationRequested);
        Faults.RemoveDevice(announce: true);
        Assert.True(_driver.Transport.Removed.IsCancellationRequested);
    }

    [Fact]
    public void Ready_can_be_stuck_at_one_and_then_the_controller_still_works_on()
    {
        Faults.Add(CommandMatch.AnyIo, FaultAction.Hold);
        _buffer.Span.Fill(1);
        _pair.Submit(Read);
        Faults.Ready = StuckReady.AtOne;

        _driver.Transport.Write32(RawDriver.Cc, 0);
        var status = _driver.Transport.Read32(RawDriver.Csts);
        Faults.Release();
        _driver.Controller.Step();
        var touched = !_buffer.Span.ContainsAnyExcept((byte)0);
        Faults.Ready = StuckReady.No;

        Assert.Equal(1u, status);
        Assert.True(touched);
        Assert.Equal(0u, _driver.Transport.Read32(RawDriver.Csts));
    }

    [Fact]
    public void Ready_can_be_stuck_at_zero_until_it_is_not()
    {
        _driver.Disable();
        Faults.Ready = StuckReady.AtZero;

        _driver.Transport.Write32(RawDriver.Cc, RawDriver.EnableValue);
        var stuck = _driver.Transport.Read32(RawDriver.Csts);
        Faults.Clear();

        Assert.Equal(0u, stuck);
        Assert.Equal(1u, _driver.Transport.Read32(RawDriver.Csts));
    }

    [Fact]
    public void A_shutdown_can_go_on_forever_and_a_reset_can_fail()
    {
        Faults.ShutdownNeverCompletes = true;
        Faults.ResetFails = true;

        _driver.Transport.Write32(RawDriver.Cc, RawDriver.EnableValue | (1 << 14));

        Assert.Equal(1u, (_driver.Transport.Read32(RawDriver.Csts) >> 2) & 3);
        Assert.Throws<NvmeSetupException>(_driver.Transport.Reset);
    }

    [Fact]
    public void Identify_and_the_number_of_queues_can_lie()
    {
        Faults.Identify = (cns, _, data) => data[cns == 1 ? 77 : 130] = 0xEE;
        Faults.QueueCountReply = _ => 1;
        _driver.Disable();
        _driver.Enable();

        var reply = _driver.Admin.Run(new SubmissionEntry { Opcode = (byte)AdminOpcode.SetFeatures, Cdw10 = 7, Cdw11 = 0x0007_0007 });

        Assert.Equal(0xEE, _driver.Identify(1).Span[77]);
        Assert.Equal(0xEE, _driver.Identify(0, 1).Span[130]);
        Assert.Equal(0u, reply.Result);
    }

    [Fact]
    public void With_a_latency_each_io_command_takes_that_long_and_admin_commands_do_not()
    {
        var clock = new ManualClock();
        using var driver = new RawDriver(new EmulatedControllerOptions { Clock = clock, Latency = TimeSpan.FromMicroseconds(10), ReadyDelay = TimeSpan.Zero });
        var pair = driver.Enable().CreateIoPair();
        for (var i = 0; i < 3; i++)
            pair.Put(RawDriver.Io(NvmOpcode.Flush, 0, 1));
        pair.Ring();

        clock.Advance(TimeSpan.FromMicroseconds(9.9));
        driver.Controller.Step();
        var early = pair.TryTake(out _);
        clock.Advance(TimeSpan.FromMicroseconds(0.1));
        driver.Controller.Step();

        Assert.False(early);
        Assert.Equal([0, 1, 2], Enumerable.Range(0, 3).Select(_ => (int)pair.Take().CommandId));
    }

    [Fact]
    public void The_time_to_become_ready_can_be_long()
    {
        var clock = new ManualClock();
        using var driver = new RawDriver(new EmulatedControllerOptions { Clock = clock, ReadyDelay = TimeSpan.FromSeconds(1) });
        driver.Transport.Write32(RawDriver.Aqa, 0x001F_001F);
        driver.Transport.Write64(RawDriver.Asq, driver.Admin.Submission.Iova);
        driver.Transport.Write64(RawDriver.Acq, driver.Admin.Completion.Iova);
        driver.Transport.Write32(RawDriver.Cc, RawDriver.EnableValue);

        clock.Advance(TimeSpan.FromSeconds(0.999));
        var early = driver.Transport.Read32(RawDriver.Csts);
        clock.Advance(TimeSpan.FromSeconds(0.001));

        Assert.Equal(0u, early);
        Assert.Equal(1u, driver.Transport.Read32(RawDriver.Csts));
    }
}
