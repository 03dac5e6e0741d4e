using CsCheck;
using UserNvme.Spec;

namespace UserNvme.Tests.Spec;

public class CommandTests
{
    private static readonly NamespaceId s_seven = new(7);

    [Fact]
    public void A_read_of_one_block_says_zero_blocks()
    {
        SubmissionEntry read = NvmCommands.Read(s_seven, new Lba(0x1_2345_6789), blocks: 1);

        Assert.Equal((byte)NvmOpcode.Read, read.Opcode);
        Assert.Equal(7u, read.NamespaceId);
        Assert.Equal(0x2345_6789u, read.Cdw10);
        Assert.Equal(1u, read.Cdw11);
        Assert.Equal(0u, read.Cdw12);
    }

    [Fact]
    public void A_write_says_what_its_arguments_say() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 65536], Gen.Bool, Gen.Bool).Sample((lba, blocks, fua, limited) =>
        {
            SubmissionEntry write = NvmCommands.Write(s_seven, new Lba(lba), blocks, fua, limited);

            Assert.Equal(lba, write.Cdw10 | ((ulong)write.Cdw11 << 32));
            Assert.Equal(blocks, (int)(write.Cdw12 & 0xFFFF) + 1);
            Assert.Equal(fua, (write.Cdw12 >> 30 & 1) == 1);
            Assert.Equal(limited, (write.Cdw12 >> 31 & 1) == 1);
            Assert.Equal(0u, write.Cdw12 & 0x3FFF_0000);
            Assert.Equal((0ul, 0ul, 0, 0), (write.Prp1, write.Prp2, write.CommandId, write.Flags));
        });

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65537)]
    [InlineData(int.MinValue)]
    public void A_number_of_blocks_that_does_not_fit_is_refused(int blocks) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NvmCommands.Read(s_seven, default, blocks));

    [Fact]
    public void Zeroes_may_be_written_by_deallocating()
    {
        Assert.Equal(0x0200_00FFu, NvmCommands.WriteZeroes(s_seven, default, 256, deallocate: true).Cdw12);
        Assert.Equal(0x4000_00FFu, NvmCommands.WriteZeroes(s_seven, default, 256, forceUnitAccess: true).Cdw12);
    }

    [Fact]
    public void Deallocation_counts_its_ranges_from_zero()
    {
        SubmissionEntry command = NvmCommands.DatasetManagement(s_seven, ranges: 256);

        Assert.Equal(255u, command.Cdw10);
        Assert.Equal(4u, command.Cdw11);
        Assert.Throws<ArgumentOutOfRangeException>(() => NvmCommands.DatasetManagement(s_seven, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => NvmCommands.DatasetManagement(s_seven, 257));
    }

    [Fact]
    public void A_log_page_is_asked_for_by_its_length_in_dwords() =>
        Gen.Select(Gen.Int[1, int.MaxValue / 4], Gen.ULong[0, ulong.MaxValue / 4], Gen.Bool, Gen.Byte[0, 127])
            .Sample((dwords, offset, retain, lsp) =>
        {
            SubmissionEntry command = AdminCommands.GetLogPage(
                LogPage.PersistentEvent, dwords * 4, NamespaceId.All, offset * 4, retain, lsp, logSpecificId: 0xABCD);

            Assert.Equal((uint)dwords - 1, (command.Cdw10 >> 16) | (command.Cdw11 << 16));
            Assert.Equal(offset * 4, command.Cdw12 | ((ulong)command.Cdw13 << 32));
            Assert.Equal(retain, (command.Cdw10 >> 15 & 1) == 1);
            Assert.Equal(lsp, command.Cdw10 >> 8 & 0x7F);
            Assert.Equal((0x0Du, 0xABCDu), (command.Cdw10 & 0xFF, command.Cdw11 >> 16));
        });

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    [InlineData(-4)]
    public void A_log_page_of_no_whole_dwords_is_refused(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => AdminCommands.GetLogPage(LogPage.Smart, length, NamespaceId.All));

    [Fact]
    public void Identify_carries_structure_namespace_controller_and_command_set()
    {
        SubmissionEntry command = AdminCommands.Identify(
            IdentifyCns.IoCommandSetController, s_seven, controllerId: 0x1234, CommandSetIdentifier.Zoned, cnsSpecificId: 0x5678);

        Assert.Equal((byte)AdminOpcode.Identify, command.Opcode);
        Assert.Equal(7u, command.NamespaceId);
        Assert.Equal(0x1234_0006u, command.Cdw10);
        Assert.Equal(0x0200_5678u, command.Cdw11);
    }

    [Fact]
    public void A_completion_queue_without_a_vector_fires_no_interrupts()
    {
        SubmissionEntry polled = AdminCommands.CreateIoCompletionQueue(new QueueId(3), 65536, ring: 0x1000);
        SubmissionEntry fires = AdminCommands.CreateIoCompletionQueue(new QueueId(3), 2, ring: 0x1000, interruptVector: 9);

        Assert.Equal((0xFFFF_0003u, 0x0000_0001u), (polled.Cdw10, polled.Cdw11));
        Assert.Equal((0x0001_0003u, 0x0009_0003u), (fires.Cdw10, fires.Cdw11));
        Assert.Equal(0x1000ul, polled.Prp1);
    }

    [Fact]
    public void A_submission_queue_names_its_completion_queue()
    {
        SubmissionEntry command = AdminCommands.CreateIoSubmissionQueue(new QueueId(3), 256, 0x2000, new QueueId(4), QueuePriority.Low);

        Assert.Equal(0x00FF_0003u, command.Cdw10);
        Assert.Equal(0x0004_0007u, command.Cdw11);
    }

    [Theory]
    [InlineData(0, 256, 4)]
    [InlineData(3, 1, 4)]
    [InlineData(3, 65537, 4)]
    [InlineData(3, 256, 0)]
    public void A_submission_queue_that_cannot_be_is_refused(ushort queue, int entries, ushort completionQueue) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => AdminCommands.CreateIoSubmissionQueue(new QueueId(queue), entries, 0x2000, new QueueId(completionQueue)));

    [Fact]
    public void The_admin_queue_cannot_be_deleted()
    {
        Assert.Equal(5u, AdminCommands.DeleteIoSubmissionQueue(new QueueId(5)).Cdw10);
        Assert.Throws<ArgumentOutOfRangeException>(() => AdminCommands.DeleteIoCompletionQueue(QueueId.Admin));
    }

    [Fact]
    public void An_abort_names_queue_and_command() =>
        Assert.Equal(0xBEEF_0002u, AdminCommands.Abort(new QueueId(2), new CommandId(0xBEEF)).Cdw10);

    [Fact]
    public void A_feature_is_saved_only_when_told() =>
        Assert.Equal(
            (0x0000_0006u, 0x8000_0006u, 0x0000_0306u),
            (AdminCommands.SetFeatures(FeatureId.VolatileWriteCache, 1).Cdw10,
                AdminCommands.SetFeatures(FeatureId.VolatileWriteCache, 1, save: true).Cdw10,
                AdminCommands.GetFeatures(FeatureId.VolatileWriteCache, select: FeatureSelect.SupportedCapabilities).Cdw10));

    [Fact]
    public void Numbers_of_queues_are_zero_based_both_ways()
    {
        Assert.Equal(0x0003_0007u, NumberOfQueues.Create(submissionQueues: 8, completionQueues: 4).Value);
        Assert.Equal((64, 64), (new NumberOfQueues(0x003F_003F).SubmissionQueues, new NumberOfQueues(0x003F_003F).CompletionQueues));
        Assert.Equal(65536, new NumberOfQueues(0xFFFF_FFFF).CompletionQueues);
    }

    [Fact]
    public void An_event_tells_its_kind_and_its_log_page()
    {
        var spare = new AsynchronousEvent(0x0002_0001);
        var changed = new AsynchronousEvent(0x0004_0002);

        Assert.Equal((1, 0, LogPage.Smart), (spare.EventType, spare.Information, spare.LogPage));
        Assert.True(changed.IsNamespaceAttributeChanged);
        Assert.Equal(LogPage.ChangedNamespaceList, changed.LogPage);
    }
}
