using System.Buffers.Binary;
using System.Text;
using UserNvme.Emulation;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulation;

public class BringUpTests
{
    [Theory]
    [InlineData(EmulatedHostKind.Inline)]
    [InlineData(EmulatedHostKind.Thread)]
    public void A_driver_enables_identifies_makes_queues_and_reads_what_it_wrote(EmulatedHostKind host)
    {
        using var driver = new RawDriver(host: host);
        driver.Enable();
        var pair = driver.CreateIoPair();
        var written = driver.Memory.Allocate(8192);
        var read = driver.Memory.Allocate(8192);
        new Random(1).NextBytes(written.Span);

        RawDriver.AssertSuccess(pair.Run(RawDriver.Io(NvmOpcode.Write, 100, 16, written)));
        RawDriver.AssertSuccess(pair.Run(RawDriver.Io(NvmOpcode.Read, 100, 16, read)));

        Assert.Equal(written.Span, read.Span);
        driver.AssertNoFaults();
    }

    [Fact]
    public void Many_commands_go_round_the_rings_in_order()
    {
        using var driver = new RawDriver(host: EmulatedHostKind.Thread);
        var pair = driver.Enable().CreateIoPair(entries: 8);
        var buffer = driver.Memory.Allocate(4096);

        for (var i = 0; i < 1000; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(buffer.Span, i);
            RawDriver.AssertSuccess(pair.Run(RawDriver.Io(NvmOpcode.Write, (ulong)i, 1, buffer)));
        }

        for (var i = 0; i < 1000; i++)
        {
            RawDriver.AssertSuccess(pair.Run(RawDriver.Io(NvmOpcode.Read, (ulong)i, 1, buffer)));
            Assert.Equal(i, BinaryPrimitives.ReadInt32LittleEndian(buffer.Span));
        }

        driver.AssertNoFaults();
    }

    [Fact]
    public void Ready_follows_the_enable_bit_with_the_next_step_and_not_before()
    {
        using var driver = new RawDriver();
        driver.Transport.AutoStep = false;
        driver.Transport.Write32(RawDriver.Aqa, 0x001F_001F);
        driver.Transport.Write64(RawDriver.Asq, driver.Admin.Submission.Iova);
        driver.Transport.Write64(RawDriver.Acq, driver.Admin.Completion.Iova);

        driver.Transport.Write32(RawDriver.Cc, RawDriver.EnableValue);
        var before = driver.Transport.Read32(RawDriver.Csts);
        driver.Controller.Step();
        var after = driver.Transport.Read32(RawDriver.Csts);
        driver.Transport.Write32(RawDriver.Cc, 0);
        driver.Controller.Step();

        Assert.Equal(0u, before);
        Assert.Equal(1u, after);
        Assert.Equal(0u, driver.Transport.Read32(RawDriver.Csts));
    }

    [Theory]
    [InlineData(0x0000_001Fu, 0ul, RawDriver.EnableValue)]              // completion queue of one entry
    [InlineData(0x001F_0000u, 0ul, RawDriver.EnableValue)]              // submission queue of one entry
    [InlineData(0x001F_001Fu, 0ul, RawDriver.EnableValue | 0x70)]       // another command set
    [InlineData(0x001F_001Fu, 0ul, RawDriver.EnableValue | (9 << 7))]   // memory pages larger than CAP.MPSMAX
    [InlineData(0x001F_001Fu, 0ul, RawDriver.EnableValue | (1 << 11))]  // an arbitration that CAP.AMS does not have
    [InlineData(0x001F_001Fu, 4096ul, RawDriver.EnableValue | (4 << 7))] // queues not aligned to the memory page
    public void A_wrong_configuration_ends_in_a_fatal_status_that_a_reset_clears(uint aqa, ulong shift, uint cc)
    {
        using var driver = new RawDriver();
        driver.Transport.Write32(RawDriver.Aqa, aqa);
        driver.Transport.Write64(RawDriver.Asq, driver.Admin.Submission.Iova + shift);
        driver.Transport.Write64(RawDriver.Acq, driver.Admin.Completion.Iova + shift);

        driver.Transport.Write32(RawDriver.Cc, cc);
        var wrong = driver.Transport.Read32(RawDriver.Csts);
        driver.Disable();

        Assert.Equal(2u, wrong);
        Assert.Equal(0u, driver.Transport.Read32(RawDriver.Csts));
        driver.Enable();
    }

    [Fact]
    public void A_shutdown_reports_completion_and_needs_a_reset_to_go_on()
    {
        using var driver = new RawDriver();
        driver.Enable();

        driver.Transport.Write32(RawDriver.Cc, RawDriver.EnableValue | (1 << 14));
        var status = driver.Transport.Read32(RawDriver.Csts);
        driver.Disable();
        driver.Enable();

        Assert.Equal(1u | (2 << 2), status);
        Assert.Equal(1u, driver.Transport.Read32(RawDriver.Csts));
        driver.Identify(1);
    }

    [Fact]
    public void A_subsystem_reset_disables_and_says_so_until_the_bit_is_cleared()
    {
        using var driver = new RawDriver();
        driver.Enable();

        driver.Transport.Write32(0x20, 0x4E56_4D65);
        var status = driver.Transport.Read32(RawDriver.Csts);
        driver.Transport.Write32(RawDriver.Csts, 1 << 4);

        Assert.Equal(1u << 4, status);
        Assert.Equal(0u, driver.Transport.Read32(RawDriver.Csts));
        Assert.Equal(0u, driver.Transport.Read32(RawDriver.Cc));
        driver.AssertNoFaults();
    }

    [Fact]
    public void The_identify_structure_says_what_the_options_say()
    {
        using var driver = new RawDriver(new EmulatedControllerOptions { SerialNumber = "S123", Mdts = 3, Namespaces = [new EmulatedNamespaceOptions { Size = 1 << 20, BlockSize = 4096 }] });
        driver.Enable();

        var controller = driver.Identify(1);
        var item = driver.Identify(0, 1);
        var list = driver.Identify(2);

        Assert.Equal("S123".PadRight(20), Encoding.ASCII.GetString(controller.Span.Slice(4, 20)));
        Assert.Equal(3, controller.Span[77]);
        Assert.Equal(0x66, controller.Span[512]);
        Assert.Equal(0x44, controller.Span[513]);
        Assert.Equal(256ul, BinaryPrimitives.ReadUInt64LittleEndian(item.Span));
        Assert.Equal(12, item.Span[130]);
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32LittleEndian(list.Span));
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32LittleEndian(list.Span[4..]));
    }

    [Fact]
    public void Registers_that_must_not_change_while_enabled_are_watched()
    {
        using var driver = new RawDriver();
        driver.Enable();

        driver.Transport.Write32(RawDriver.Aqa, 0x000F_000F);
        driver.Transport.Write32(0x00, 1);

        Assert.Equal([EmulatedFaultKind.InvalidRegisterWrite, EmulatedFaultKind.InvalidRegisterWrite], driver.Controller.RecordedFaults.Select(f => f.Kind));
    }

    [Fact]
    public void An_enable_that_does_not_wait_for_the_disable_is_recorded_and_resets_all_the_same()
    {
        using var driver = new RawDriver();
        driver.Enable().CreateIoPair();
        driver.Transport.AutoStep = false;

        driver.Transport.Write32(RawDriver.Cc, RawDriver.EnableValue & ~1u);
        driver.Transport.Write32(RawDriver.Cc, RawDriver.EnableValue);
        driver.Controller.Step();

        Assert.Equal(EmulatedFaultKind.InvalidRegisterWrite, Assert.Single(driver.Controller.RecordedFaults).Kind);
        Assert.Equal(1u, driver.Transport.Read32(RawDriver.Csts));
        driver.Transport.GetDoorbell(0x1008).Write(1);
        Assert.Equal(EmulatedFaultKind.InvalidDoorbellRegister, driver.Controller.RecordedFaults[^1].Kind);
    }

    [Fact]
    public void A_store_to_a_doorbell_before_its_queue_exists_is_recorded_when_the_queue_is_made()
    {
        using var driver = new RawDriver(host: EmulatedHostKind.Thread);
        driver.Enable();

        driver.MakePair(3, 4, 4).RingTail(2);
        var pair = driver.CreateIoPair(3);

        Assert.Equal(EmulatedFaultKind.InvalidDoorbellRegister, Assert.Single(driver.Controller.RecordedFaults).Kind);
        RawDriver.AssertSuccess(pair.Run(RawDriver.Io(NvmOpcode.Flush, 0, 1)));
    }
}
