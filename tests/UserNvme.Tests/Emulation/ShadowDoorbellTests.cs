using UserNvme.Emulation;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulation;

/// <summary>Doorbell Buffer Config on the emulated controller, by the smallest driver.</summary>
public unsafe class ShadowDoorbellTests
{
    private const int InvalidOpcode = 0x001;
    private const int CommandSequenceError = 0x00C;
    private const int PrpOffsetInvalid = 0x013;
    private const int DataTransferError = 0x004;

    [Fact]
    public void A_controller_at_rest_looks_at_its_register_and_a_busy_one_at_the_shadow()
    {
        using var bench = new Bench();
        var pair = bench.Driver.CreateIoPair();
        bench.Driver.Controller.Queues.Shadows.LooksInVain = 3;
        bench.Driver.Transport.AutoStep = false;

        var atRest = bench.PutAndStore(pair, tail: 1);
        pair.RingTail(1);
        var rung = bench.Fetched();
        var busy = bench.PutAndStore(pair, tail: 2);
        for (var i = 0; i < 3; i++) bench.Driver.Controller.Step();
        var eventIndex = bench.EventIndex(1, completion: false);
        var atRestAgain = bench.PutAndStore(pair, tail: 3);

        Assert.Equal((0, 1, 2, 2), (atRest, rung, busy, atRestAgain));
        Assert.Equal(2u, eventIndex);
        bench.Driver.AssertNoFaults();
    }

    [Fact]
    public void A_controller_that_waits_for_room_asks_for_the_head_to_be_told()
    {
        using var bench = new Bench();
        bench.Driver.Controller.Queues.Shadows.LooksInVain = 1;
        var pair = bench.Driver.MakePair(1, submissionEntries: 32, completionEntries: 4);
        RawDriver.AssertSuccess(bench.Driver.Admin.Run(RawDriver.CreateCompletion(pair)));
        RawDriver.AssertSuccess(bench.Driver.Admin.Run(RawDriver.CreateSubmission(pair)));
        for (var i = 0; i < 10; i++) pair.Put(RawDriver.Io(NvmOpcode.Flush, 0, 1));
        bench.Shadow(1, completion: false) = 10;
        pair.RingTail(10);

        var taken = 0;
        for (var head = 1u; pair.TryTake(out _, ringHead: false); head = (head + 1) % 4)
        {
            taken++;
            bench.Shadow(1, completion: true) = head;
            if (bench.EventIndex(1, completion: true) == (head + 3) % 4) pair.RingHead(head);
        }

        Assert.Equal(10, taken);
        bench.Driver.AssertNoFaults();
    }

    [Fact]
    public void A_tail_that_cannot_be_is_recorded_once_and_ignored()
    {
        using var bench = new Bench();
        var pair = bench.Driver.CreateIoPair(entries: 8);
        bench.Shadow(1, completion: false) = 8;
        pair.RingTail(8);
        for (var i = 0; i < 5; i++) bench.Driver.Controller.Step();

        var fault = Assert.Single(bench.Driver.Controller.RecordedFaults);
        bench.Shadow(1, completion: false) = 1;
        RawDriver.AssertSuccess(pair.Run(RawDriver.Io(NvmOpcode.Flush, 0, 1)));

        Assert.Equal(EmulatedFaultKind.InvalidDoorbellValue, fault.Kind);
    }

    [Fact]
    public void A_shadow_that_is_not_zero_when_its_queue_is_created_is_recorded()
    {
        using var bench = new Bench();
        bench.Shadow(1, completion: false) = 3;

        bench.Driver.CreateIoPair();

        Assert.Equal(EmulatedFaultKind.InvalidDoorbellRegister, Assert.Single(bench.Driver.Controller.RecordedFaults).Kind);
    }

    [Fact]
    public void The_admin_queue_and_a_controller_that_was_reset_are_driven_by_registers()
    {
        using var bench = new Bench();
        bench.Driver.Identify(1);

        bench.Driver.Disable();
        bench.Driver.Enable();
        var pair = bench.Driver.CreateIoPair();
        bench.Shadow(1, completion: false) = 5;
        for (var i = 0; i < 100; i++) RawDriver.AssertSuccess(pair.Run(RawDriver.Io(NvmOpcode.Flush, 0, 1)));

        Assert.Equal(0u, bench.EventIndex(1, completion: false));
        bench.Driver.AssertNoFaults();
    }

    [Fact]
    public void What_cannot_be_done_is_answered_with_a_status()
    {
        using var bench = new Bench();
        using var plain = new RawDriver();
        plain.Enable();
        var (shadows, indexes) = (bench.Pages.Iova, bench.Pages.Iova + 4096);
        var statuses = new[] { (shadows + 4, indexes), (shadows, indexes + 8), (0ul, indexes), (shadows, 0ul), (shadows, indexes) }
            .Select(prps => bench.Configure(prps.Item1, prps.Item2)).ToArray();
        bench.Driver.CreateIoPair();

        Assert.Equal([PrpOffsetInvalid, PrpOffsetInvalid, DataTransferError, DataTransferError, 0], statuses);
        Assert.Equal(CommandSequenceError, bench.Configure(shadows, indexes));
        Assert.Equal(InvalidOpcode, plain.Admin.Run(new SubmissionEntry { Opcode = (byte)AdminOpcode.DoorbellBufferConfig }).Status.TypeAndCode);
        Assert.Equal([0ul, 0ul], bench.Driver.Controller.RecordedFaults.Select(fault => fault.Address.Value));
    }

    [Fact]
    public void Pages_that_are_unmapped_in_use_end_in_a_fatal_status()
    {
        using var bench = new Bench();
        bench.Driver.CreateIoPair();

        bench.Memory.Unmap();
        bench.Driver.Controller.Step();

        Assert.Equal(2u, bench.Driver.Transport.Read32(RawDriver.Csts) & 2);
        Assert.Equal(EmulatedFaultKind.DmaOutsideMapping, Assert.Single(bench.Driver.Controller.RecordedFaults).Kind);
    }

    [Fact]
    public void Queues_that_are_created_in_the_step_that_named_the_pages_start_there()
    {
        using var bench = new Bench(namePages: false);
        var pair = bench.Driver.MakePair(1, submissionEntries: 8, completionEntries: 8);
        var admin = bench.Driver.Admin;
        bench.Driver.Transport.AutoStep = false;

        admin.Put(Bench.Command(bench.Pages.Iova, bench.Pages.Iova + 4096));
        admin.Put(RawDriver.CreateCompletion(pair));
        admin.Put(RawDriver.CreateSubmission(pair));
        admin.RingTail(3);
        for (var i = 0; i < 5; i++) bench.Driver.Controller.Step();
        for (var i = 0; i < 3; i++)
        {
            Assert.True(admin.TryTake(out var completion));
            RawDriver.AssertSuccess(completion);
        }

        bench.Driver.Transport.AutoStep = true;
        bench.Shadow(1, completion: false) = 1;
        RawDriver.AssertSuccess(pair.Run(RawDriver.Io(NvmOpcode.Flush, 0, 1)));
        bench.Driver.AssertNoFaults();
    }

    private sealed class Bench : IDisposable
    {
        public Bench(bool namePages = true)
        {
            Driver = new RawDriver(new EmulatedControllerOptions { ShadowDoorbells = true, Namespaces = [new EmulatedNamespaceOptions { Size = 16 << 20 }] });
            Driver.Enable();
            Memory = new RawMemory(Driver.Transport.Domain, 8192, iova: 0x1000_0000);
            Pages = Memory.Allocate(8192);
            if (namePages) Assert.Equal(0, Configure(Pages.Iova, Pages.Iova + 4096));
        }

        public RawDriver Driver { get; }

        /// <summary>What the pages are in, and nothing else.</summary>
        public RawMemory Memory { get; }

        public RawBuffer Pages { get; }

        public int Configure(ulong shadows, ulong indexes) => Driver.Admin.Run(Command(shadows, indexes)).Status.TypeAndCode;

        public static SubmissionEntry Command(ulong shadows, ulong indexes) =>
            new() { Opcode = (byte)AdminOpcode.DoorbellBufferConfig, Prp1 = shadows, Prp2 = indexes };

        public ref uint Shadow(int queue, bool completion) => ref *((uint*)Pages.Address + (2 * queue) + (completion ? 1 : 0));

        public uint EventIndex(int queue, bool completion) => *((uint*)Pages.Address + 1024 + (2 * queue) + (completion ? 1 : 0));

        public long Fetched()
        {
            Driver.Controller.Step();
            return Driver.Controller.GetCounters(new QueueId(1)).CommandsFetched;
        }

        /// <summary>A command that is told of by the shadow alone.</summary>
        public long PutAndStore(RawQueuePair pair, uint tail)
        {
            pair.Put(RawDriver.Io(NvmOpcode.Flush, 0, 1));
            Shadow(1, completion: false) = tail;
            return Fetched();
        }

        public void Dispose()
        {
            Driver.Transport.Dispose();
            Memory.Dispose();
            Driver.Memory.Dispose();
        }
    }
}
