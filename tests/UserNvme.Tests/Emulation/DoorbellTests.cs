using Tmds.Linux;
using UserNvme.Emulation;
using UserNvme.Emulation.Queues;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulation;

public class DoorbellTests
{
    [Theory]
    [InlineData(8u)]
    [InlineData(0xFFFF_FFFFu)]
    public void A_tail_outside_the_ring_is_recorded_told_as_an_event_and_ignored(uint value)
    {
        using var driver = new RawDriver();
        var pair = driver.Enable().CreateIoPair(entries: 8);
        var request = driver.Admin.Submit(new SubmissionEntry { Opcode = (byte)AdminOpcode.AsynchronousEventRequest });

        pair.RingTail(value);
        var told = driver.Admin.Take();

        Assert.Equal(request, told.CommandId);
        Assert.Equal(0x0001_0100u, told.Result);
        var fault = Assert.Single(driver.Controller.RecordedFaults);
        Assert.Equal((EmulatedFaultKind.InvalidDoorbellValue, new QueueId(1)), (fault.Kind, fault.Queue));
        RawDriver.AssertSuccess(pair.Run(RawDriver.Io(NvmOpcode.Read, 0, 1, driver.Memory.Allocate(512))));
    }

    [Fact]
    public void A_head_beyond_what_was_posted_is_recorded()
    {
        using var driver = new RawDriver();
        var pair = driver.Enable().CreateIoPair(entries: 8);

        pair.RingHead(3);
        pair.Run(RawDriver.Io(NvmOpcode.Read, 0, 1, driver.Memory.Allocate(512)));

        Assert.Equal(EmulatedFaultKind.InvalidDoorbellValue, Assert.Single(driver.Controller.RecordedFaults).Kind);
    }

    [Fact]
    public unsafe void A_tail_moves_forward_only_and_not_past_what_is_free()
    {
        using var page = new DoorbellPage(queues: 2, stride: 0);
        var queues = new QueueSet(page);
        queues.AddCompletion(1, 0, size: 8, vector: 0, interrupts: false);
        queues.AddSubmission(1, 0, size: 8, queues.Completion(1)!);
        var register = page.Register(1, completion: false);

        var accepted = new[] { 5u, 3u, 7u, 0u, 7u }.Select(Ring).ToArray();

        Assert.Equal([true, false, true, false, true], accepted);
        Assert.Equal(7u, DoorbellPage.Read(register));

        bool Ring(uint value)
        {
            DoorbellPage.Write(register, value);
            return queues.Submission(1)!.TakeDoorbell(out _);
        }
    }

    [Fact]
    public void A_doorbell_of_a_queue_that_does_not_exist_is_recorded()
    {
        using var driver = new RawDriver();
        driver.Enable();

        driver.MakePair(5, 4, 4).RingTail(1);

        Assert.Equal(EmulatedFaultKind.InvalidDoorbellRegister, Assert.Single(driver.Controller.RecordedFaults).Kind);
    }

    [Fact]
    public void A_doorbell_outside_the_register_space_cannot_be_had()
    {
        using var driver = new RawDriver(new EmulatedControllerOptions { MaxQueues = 4 });

        Assert.Throws<NvmeSetupException>(() => driver.Transport.GetDoorbell(0x1000 + 2 * 5 * 4));
        Assert.Throws<NvmeSetupException>(() => driver.Transport.GetDoorbell(0x14));
    }

    [Fact]
    public void A_full_completion_queue_holds_the_controller_back_and_loses_nothing()
    {
        using var driver = new RawDriver();
        driver.Enable();
        var pair = driver.MakePair(1, submissionEntries: 32, completionEntries: 4);
        RawDriver.AssertSuccess(driver.Admin.Run(RawDriver.CreateCompletion(pair)));
        RawDriver.AssertSuccess(driver.Admin.Run(RawDriver.CreateSubmission(pair)));
        for (var i = 0; i < 31; i++)
            pair.Put(RawDriver.Io(NvmOpcode.Flush, 0, 1));

        pair.Ring();
        var fetchedAtFirst = driver.Controller.GetCounters(new QueueId(1)).CommandsFetched;
        var commandIds = Enumerable.Range(0, 31).Select(_ => (int)pair.Take().CommandId).ToArray();

        Assert.Equal(3, fetchedAtFirst);
        Assert.Equal(Enumerable.Range(0, 31), commandIds);
        driver.AssertNoFaults();
    }

    [Fact]
    public void The_counters_tell_how_often_each_doorbell_was_written()
    {
        using var driver = new RawDriver();
        var pair = driver.Enable().CreateIoPair();
        for (var i = 0; i < 5; i++)
            pair.Put(RawDriver.Io(NvmOpcode.Flush, 0, 1));

        pair.Ring();
        for (var i = 0; i < 5; i++)
            Assert.True(pair.TryTake(out _, ringHead: i == 4));

        Assert.Equal(new QueueCounters(1, 1, 5, 5), driver.Controller.GetCounters(new QueueId(1)));
    }

    [Fact]
    public unsafe void Interrupts_fire_once_for_a_batch_and_not_for_a_queue_that_was_created_without()
    {
        using var driver = new RawDriver();
        driver.Enable();
        var with = driver.MakePair(1, 16, 16);
        var without = driver.MakePair(2, 16, 16);
        RawDriver.AssertSuccess(driver.Admin.Run(RawDriver.CreateCompletion(with, flags: 0x0001_0003)));
        RawDriver.AssertSuccess(driver.Admin.Run(RawDriver.CreateSubmission(with)));
        RawDriver.AssertSuccess(driver.Admin.Run(RawDriver.CreateCompletion(without, flags: 0x0002_0001)));
        RawDriver.AssertSuccess(driver.Admin.Run(RawDriver.CreateSubmission(without)));
        var first = LibC.eventfd(0, LibC.EFD_NONBLOCK);
        var second = LibC.eventfd(0, LibC.EFD_NONBLOCK);
        driver.Transport.SetInterrupt(1, first);
        driver.Transport.SetInterrupt(2, second);

        foreach (var pair in new[] { with, without })
        {
            for (var i = 0; i < 3; i++)
                pair.Put(RawDriver.Io(NvmOpcode.Flush, 0, 1));
            pair.Ring();
        }

        ulong fired, other;
        Assert.Equal(8, (long)LibC.read(first, &fired, 8));
        Assert.Equal(-1, (long)LibC.read(second, &other, 8));
        Assert.Equal(1ul, fired);
        driver.Transport.SetInterrupt(1, -1);
        Assert.Equal(0, LibC.close(first));
        Assert.Equal(0, LibC.close(second));
    }
}
