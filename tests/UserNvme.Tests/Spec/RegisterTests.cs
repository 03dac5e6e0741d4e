using CsCheck;
using UserNvme.Spec;

namespace UserNvme.Tests.Spec;

public class RegisterTests
{
    [Fact]
    public void Capabilities_of_qemu_read_as_its_source_sets_them()
    {
        // MQES 7FFh, CQR, TO 15, CSS C1h (NVM, I/O command sets, admin only), MPSMAX 4.
        var cap = new ControllerCapabilities(0x0040_1820_0F01_07FF);

        Assert.Equal(2048, cap.MaxQueueEntries);
        Assert.True(cap.Cqr);
        Assert.Equal(TimeSpan.FromSeconds(8), cap.ReadyTimeout);
        Assert.Equal(0, cap.Dstrd);
        Assert.Equal(0xC1, cap.Css);
        Assert.True(cap is { SupportsNvmCommandSet: true, SupportsIoCommandSets: true, SupportsAdminOnly: true });
        Assert.Equal(12, cap.MinPageShift);
        Assert.Equal(16, cap.MaxPageShift);
        Assert.False(cap.IsGone);
    }

    [Fact]
    public void Every_field_of_capabilities_is_where_a_string_of_bits_has_it() => Gen.ULong.Sample(value =>
    {
        var cap = new ControllerCapabilities(value);

        Assert.Equal(Bits(value, 15, 0), cap.Mqes);
        Assert.Equal(Bits(value, 16, 16) == 1, cap.Cqr);
        Assert.Equal(Bits(value, 18, 17), cap.Ams);
        Assert.Equal(Bits(value, 31, 24), cap.To);
        Assert.Equal(Bits(value, 35, 32), cap.Dstrd);
        Assert.Equal(Bits(value, 36, 36) == 1, cap.Nssrs);
        Assert.Equal(Bits(value, 44, 37), cap.Css);
        Assert.Equal(Bits(value, 45, 45) == 1, cap.Bps);
        Assert.Equal(Bits(value, 47, 46), cap.Cps);
        Assert.Equal(Bits(value, 51, 48), cap.Mpsmin);
        Assert.Equal(Bits(value, 55, 52), cap.Mpsmax);
        Assert.Equal(Bits(value, 56, 56) == 1, cap.Pmrs);
        Assert.Equal(Bits(value, 57, 57) == 1, cap.Cmbs);
        Assert.Equal(Bits(value, 58, 58) == 1, cap.Nsss);
        Assert.Equal(Bits(value, 60, 59), cap.Crms);
    });

    [Fact]
    public void A_controller_that_is_gone_is_neither_ready_nor_failed()
    {
        var gone = new ControllerStatus(uint.MaxValue);

        Assert.True(gone.IsGone);
        Assert.False(gone.Rdy);
        Assert.False(gone.Cfs);
        Assert.Equal(ShutdownStatus.Normal, gone.Shst);
    }

    [Fact]
    public void Status_tells_ready_fatal_and_shutdown()
    {
        var status = new ControllerStatus(0b1011);

        Assert.True(status is { IsGone: false, Rdy: true, Cfs: true, Shst: ShutdownStatus.Complete });
    }

    [Fact]
    public void A_timeout_of_zero_still_waits()
    {
        var cap = new ControllerCapabilities(0);

        Assert.Equal(TimeSpan.FromMilliseconds(500), cap.ReadyTimeout);
    }

    [Fact]
    public void The_ready_timeouts_register_counts_only_where_it_exists()
    {
        var before2 = new ControllerCapabilities(1ul << 24);
        var since2 = new ControllerCapabilities((1ul << 24) | (1ul << 59));
        var minute = new ControllerReadyTimeouts(120);

        Assert.Equal(TimeSpan.FromSeconds(1), before2.ReadyTimeoutWith(minute));
        Assert.Equal(TimeSpan.FromSeconds(60), since2.ReadyTimeoutWith(minute));
        Assert.Equal(TimeSpan.FromSeconds(1), since2.ReadyTimeoutWith(default));
    }

    [Fact]
    public void A_configuration_holds_each_field_that_is_put_into_it() =>
        Gen.Select(Gen.UInt, Gen.Byte[0, 15], Gen.Byte[0, 7], Gen.Byte[0, 2], Gen.Bool).Sample((before, four, three, two, bit) =>
        {
            var cc = new ControllerConfiguration(before) with
            {
                En = bit,
                Css = (CommandSetSelection)three,
                Mps = four,
                Ams = three,
                Shn = (ShutdownNotification)two,
                Iosqes = four,
                Iocqes = four,
                Crime = bit,
            };

            Assert.Equal(
                (Bits(before, 3, 1), Bits(before, 31, 25), (ulong)(bit ? 1 : 0), three, four, three, two, four, four),
                (Bits(cc.Value, 3, 1), Bits(cc.Value, 31, 25), Bits(cc.Value, 0, 0), Bits(cc.Value, 6, 4), Bits(cc.Value, 10, 7),
                    Bits(cc.Value, 13, 11), Bits(cc.Value, 15, 14), Bits(cc.Value, 19, 16), Bits(cc.Value, 23, 20)));
            Assert.Equal((bit, four, four), (cc.En, cc.Mps, cc.Iosqes));
        });

    [Fact]
    public void A_field_too_large_for_its_bits_does_not_spill_into_the_next() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ControllerConfiguration(0) with { Mps = 16 });

    [Fact]
    public void Admin_queue_sizes_are_zero_based_in_the_register()
    {
        AdminQueueAttributes aqa = AdminQueueAttributes.Create(submissionEntries: 32, completionEntries: 4096);

        Assert.Equal(0x0FFF_001Fu, aqa.Value);
        Assert.Equal(32, aqa.SubmissionEntries);
        Assert.Equal(4096, aqa.CompletionEntries);
        Assert.Throws<ArgumentOutOfRangeException>(() => AdminQueueAttributes.Create(1, 32));
        Assert.Throws<ArgumentOutOfRangeException>(() => AdminQueueAttributes.Create(32, 4097));
    }

    [Fact]
    public void Doorbells_lie_where_counting_one_by_one_puts_them() =>
        Gen.Select(Gen.Int[0, 2000], Gen.Byte[0, 8]).Sample((queue, stride) =>
        {
            int offset = 0x1000;
            for (int before = 0; before < queue; before++)
                offset += 2 * (4 << stride);

            Assert.Equal(offset, ControllerRegisters.SubmissionDoorbell(new QueueId((ushort)queue), stride));
            Assert.Equal(offset + (4 << stride), ControllerRegisters.CompletionDoorbell(new QueueId((ushort)queue), stride));
        });

    [Fact]
    public void A_doorbell_that_no_bar_can_hold_is_an_error_and_no_small_offset() =>
        Assert.Throws<OverflowException>(() => ControllerRegisters.SubmissionDoorbell(new QueueId(65535), 15));

    [Fact]
    public void A_buffer_of_16_MiB_in_units_of_4_KiB_is_one()
    {
        // What QEMU reports for cmb_size_mb=16: SQS, LISTS, RDS, WDS, units of 1 MiB.
        var size = new CmbSize(0x0001_021D);

        Assert.Equal(16ul << 20, size.Length);
        Assert.True(size is { Sqs: true, Cqs: false, Lists: true, Rds: true, Wds: true });
        Assert.Equal(0ul, new CmbSize(0x0001_0F00).Length);
    }

    [Fact]
    public void Versions_are_ordered_and_printed()
    {
        var version = new NvmeVersion(0x0001_0400);

        Assert.Equal("1.4.0", version.ToString());
        Assert.Equal(new NvmeVersion(1, 4, 0), version);
        Assert.True(version < new NvmeVersion(2, 0, 0));
    }

    private static ulong Bits(ulong value, int high, int low)
    {
        string bits = Convert.ToString((long)value, 2).PadLeft(64, '0');
        return Convert.ToUInt64(bits[(63 - high)..(64 - low)], 2);
    }
}
