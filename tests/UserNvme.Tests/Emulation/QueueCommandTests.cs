using UserNvme.Emulation;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulation;

public class QueueCommandTests
{
    private const int InvalidField = 0x002;
    private const int CommandSequenceError = 0x00C;
    private const int PrpOffsetInvalid = 0x013;
    private const int CompletionQueueInvalid = 0x100;
    private const int InvalidQueueIdentifier = 0x101;
    private const int InvalidQueueSize = 0x102;
    private const int InvalidInterruptVector = 0x108;
    private const int InvalidQueueDeletion = 0x10C;

    [Theory]
    [InlineData(0u, 0x003F_0000u, 1u, 0ul, InvalidQueueIdentifier)]
    [InlineData(3u, 0x003F_0000u, 1u, 0ul, InvalidQueueIdentifier)]
    [InlineData(1u, 0x0000_0000u, 1u, 0ul, InvalidQueueSize)]
    [InlineData(1u, 0xFFFF_0000u, 1u, 0ul, InvalidQueueSize)]
    [InlineData(1u, 0x003F_0000u, 0u, 0ul, InvalidField)]
    [InlineData(1u, 0x003F_0000u, 0x0003_0001u, 0ul, InvalidInterruptVector)]
    [InlineData(1u, 0x003F_0000u, 1u, 8ul, PrpOffsetInvalid)]
    [InlineData(1u, 0x003F_0000u, 1u, 0ul, 0)]
    public void A_completion_queue_is_created_only_by_the_rules(uint id, uint size, uint flags, ulong offset, int status)
    {
        using var driver = new RawDriver(new EmulatedControllerOptions { MaxQueues = 2 });
        driver.Enable();
        var ring = driver.Memory.Allocate(8192);

        var completion = driver.Admin.Run(new SubmissionEntry { Opcode = (byte)AdminOpcode.CreateIoCompletionQueue, Cdw10 = id | size, Cdw11 = flags, Prp1 = ring.Iova + offset });

        Assert.Equal(status, completion.Status.TypeAndCode);
    }

    [Theory]
    [InlineData(0u, 0x003F_0000u, 0x0001_0001u, InvalidQueueIdentifier)]
    [InlineData(3u, 0x003F_0000u, 0x0001_0001u, InvalidQueueIdentifier)]
    [InlineData(1u, 0x003F_0000u, 0x0000_0001u, CompletionQueueInvalid)]
    [InlineData(1u, 0x003F_0000u, 0x0002_0001u, CompletionQueueInvalid)]
    [InlineData(1u, 0x003F_0000u, 0x0003_0001u, InvalidQueueIdentifier)]
    [InlineData(1u, 0x0000_0000u, 0x0001_0001u, InvalidQueueSize)]
    [InlineData(1u, 0x003F_0000u, 0x0001_0000u, InvalidField)]
    [InlineData(1u, 0x003F_0000u, 0x0001_0001u, 0)]
    public void A_submission_queue_is_created_only_by_the_rules(uint id, uint size, uint flags, int status)
    {
        using var driver = new RawDriver(new EmulatedControllerOptions { MaxQueues = 2 });
        driver.Enable();
        var ring = driver.Memory.Allocate(8192);
        RawDriver.AssertSuccess(driver.Admin.Run(RawDriver.CreateCompletion(driver.MakePair(1, 64, 64))));

        var completion = driver.Admin.Run(new SubmissionEntry { Opcode = (byte)AdminOpcode.CreateIoSubmissionQueue, Cdw10 = id | size, Cdw11 = flags, Prp1 = ring.Iova });

        Assert.Equal(status, completion.Status.TypeAndCode);
    }

    [Fact]
    public void An_entry_size_that_was_not_set_in_the_configuration_is_an_invalid_queue_size()
    {
        using var driver = new RawDriver();
        driver.Enable(configuration: 1);

        var completion = driver.Admin.Run(RawDriver.CreateCompletion(driver.MakePair(1, 64, 64)));

        Assert.Equal(InvalidQueueSize, completion.Status.TypeAndCode);
    }

    [Fact]
    public void A_queue_that_exists_cannot_be_created_again_and_one_that_does_not_cannot_be_deleted()
    {
        using var driver = new RawDriver();
        driver.Enable();
        var pair = driver.CreateIoPair(1);

        var completionAgain = driver.Admin.Run(RawDriver.CreateCompletion(pair));
        var submissionAgain = driver.Admin.Run(RawDriver.CreateSubmission(pair));
        var noSubmission = driver.Admin.Run(RawDriver.Delete(AdminOpcode.DeleteIoSubmissionQueue, 2));
        var noCompletion = driver.Admin.Run(RawDriver.Delete(AdminOpcode.DeleteIoCompletionQueue, 0));

        Assert.All([completionAgain, submissionAgain, noSubmission, noCompletion], c => Assert.Equal(InvalidQueueIdentifier, c.Status.TypeAndCode));
    }

    [Fact]
    public void A_completion_queue_cannot_go_before_its_submission_queue()
    {
        using var driver = new RawDriver();
        driver.Enable().CreateIoPair(1);

        var tooEarly = driver.Admin.Run(RawDriver.Delete(AdminOpcode.DeleteIoCompletionQueue, 1));
        var first = driver.Admin.Run(RawDriver.Delete(AdminOpcode.DeleteIoSubmissionQueue, 1));
        var second = driver.Admin.Run(RawDriver.Delete(AdminOpcode.DeleteIoCompletionQueue, 1));

        Assert.Equal(InvalidQueueDeletion, tooEarly.Status.TypeAndCode);
        Assert.Equal(0, first.Status.TypeAndCode);
        Assert.Equal(0, second.Status.TypeAndCode);
    }

    [Fact]
    public void A_queue_can_be_created_again_after_it_was_deleted_and_starts_at_its_beginning()
    {
        using var driver = new RawDriver();
        driver.Enable();
        var buffer = driver.Memory.Allocate(512);
        for (var round = 0; round < 3; round++)
        {
            var pair = driver.CreateIoPair(1, entries: 4);
            for (var i = 0; i < 6; i++)
                RawDriver.AssertSuccess(pair.Run(RawDriver.Io(NvmOpcode.Read, 0, 1, buffer)));
            RawDriver.AssertSuccess(driver.Admin.Run(RawDriver.Delete(AdminOpcode.DeleteIoSubmissionQueue, 1)));
            RawDriver.AssertSuccess(driver.Admin.Run(RawDriver.Delete(AdminOpcode.DeleteIoCompletionQueue, 1)));
        }

        driver.AssertNoFaults();
    }

    [Fact]
    public void Deleting_a_submission_queue_completes_its_held_commands_as_aborted_first()
    {
        using var driver = new RawDriver();
        var pair = driver.Enable().CreateIoPair(1);
        driver.Controller.Faults.Add(CommandMatch.AnyIo, FaultAction.Hold);
        var commandId = pair.Submit(RawDriver.Io(NvmOpcode.Read, 0, 1, driver.Memory.Allocate(512)));

        RawDriver.AssertSuccess(driver.Admin.Run(RawDriver.Delete(AdminOpcode.DeleteIoSubmissionQueue, 1)));
        var taken = pair.TryTake(out var completion);

        Assert.True(taken);
        Assert.Equal(commandId, completion.CommandId);
        Assert.Equal(0x008, completion.Status.TypeAndCode);
        Assert.Equal(0, driver.Controller.Faults.HeldCount);
    }

    [Fact]
    public void The_number_of_queues_is_told_and_cannot_be_asked_for_once_queues_exist()
    {
        using var driver = new RawDriver(new EmulatedControllerOptions { MaxQueues = 7 });
        driver.Enable();
        var command = new SubmissionEntry { Opcode = (byte)AdminOpcode.SetFeatures, Cdw10 = 7, Cdw11 = 0x0003_0003 };

        var told = driver.Admin.Run(command);
        var invalid = driver.Admin.Run(command with { Cdw11 = 0xFFFF_0000 });
        driver.CreateIoPair();
        var late = driver.Admin.Run(command);

        Assert.Equal(0x0006_0006u, told.Result);
        Assert.Equal(InvalidField, invalid.Status.TypeAndCode);
        Assert.Equal(CommandSequenceError, late.Status.TypeAndCode);
    }

    [Fact]
    public void Two_submission_queues_can_share_a_completion_queue()
    {
        using var driver = new RawDriver();
        var first = driver.Enable().CreateIoPair(1);
        var second = driver.MakePair(2, 16, 16);
        var buffer = driver.Memory.Allocate(512);

        RawDriver.AssertSuccess(driver.Admin.Run(RawDriver.CreateSubmission(second) with { Cdw11 = 0x0001_0001 }));
        second.Submit(RawDriver.Io(NvmOpcode.Read, 0, 1, buffer));
        var completion = first.Take();

        Assert.Equal(2, completion.SubmissionQueueId);
        Assert.Equal(InvalidQueueDeletion, DeleteBoth());

        int DeleteBoth()
        {
            RawDriver.AssertSuccess(driver.Admin.Run(RawDriver.Delete(AdminOpcode.DeleteIoSubmissionQueue, 1)));
            return driver.Admin.Run(RawDriver.Delete(AdminOpcode.DeleteIoCompletionQueue, 1)).Status.TypeAndCode;
        }
    }
}
