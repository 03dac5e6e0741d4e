using System.Runtime.InteropServices;
using UserNvme.Emulation;
using UserNvme.Memory;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulation;

public class DmaTests
{
    [Theory]
    [InlineData(0x1000ul, 0x1000, true)]
    [InlineData(0x1001ul, 0x1000, false)]
    [InlineData(0x1000ul, 0x800, false)]
    [InlineData(0x1000ul, 0, false)]
    [InlineData(0xFEDF_F000ul, 0x1000, true)]
    [InlineData(0xFEDF_F000ul, 0x2000, false)]
    [InlineData(0xFEE0_0000ul, 0x1000, false)]
    [InlineData(0xFEEF_F000ul, 0x2000, false)]
    [InlineData(0xFEF0_0000ul, 0x1000, true)]
    [InlineData((1ul << 39) - 0x1000, 0x1000, true)]
    [InlineData((1ul << 39) - 0x1000, 0x2000, false)]
    [InlineData(1ul << 39, 0x1000, false)]
    [InlineData(ulong.MaxValue - 0xFFF, 0x2000, false)]
    public unsafe void A_mapping_must_be_aligned_and_inside_the_ranges(ulong iova, int length, bool accepted)
    {
        var memory = NativeMemory.AlignedAlloc(0x4000, 4096);
        var domain = new EmulatedDmaDomain();

        var error = Record.Exception(() => domain.Map(new DmaRegion(0, (nint)memory, (nuint)length, 4096, null), new Iova(iova)));

        Assert.Equal(accepted, error is null);
        Assert.True(error is null or NvmeSetupException);
        NativeMemory.AlignedFree(memory);
    }

    [Fact]
    public unsafe void Mappings_do_not_overlap_have_a_budget_and_are_taken_back_whole()
    {
        var memory = NativeMemory.AlignedAlloc(0x4000, 4096);
        var domain = new EmulatedDmaDomain(new EmulatedDmaDomainOptions { MappingBudget = 2 });
        var two = new DmaRegion(0, (nint)memory, 0x2000, 4096, null);
        var one = new DmaRegion(1, (nint)memory, 0x1000, 4096, null);
        domain.Map(two, new Iova(0x1_0000));

        Assert.Throws<NvmeSetupException>(() => domain.Map(one, new Iova(0x1_1000)));
        Assert.Throws<NvmeSetupException>(() => domain.Map(two, new Iova(0xF000)));
        domain.Map(one, new Iova(0x1_2000));
        var overBudget = Assert.Throws<NvmeSetupException>(() => domain.Map(one, new Iova(0x2_0000)));
        Assert.Throws<NvmeSetupException>(() => domain.Unmap(one, new Iova(0x1_0000)));
        Assert.Throws<NvmeSetupException>(() => domain.Unmap(two, new Iova(0x1_1000)));
        domain.Unmap(two, new Iova(0x1_0000));

        Assert.Equal(SetupProblem.TooManyMappings, overBudget.Problem);
        Assert.Equal(1, domain.MappingsAvailable);
        NativeMemory.AlignedFree(memory);
    }

    [Fact]
    public void Data_outside_the_mappings_fails_the_command_and_is_recorded()
    {
        using var driver = new RawDriver();
        var pair = driver.Enable().CreateIoPair();

        var completion = pair.Run(RawDriver.Io(NvmOpcode.Read, 0, 1) with { Prp1 = 0x6000_0004 });

        Assert.Equal(0x004, completion.Status.TypeAndCode);
        var fault = Assert.Single(driver.Controller.RecordedFaults);
        Assert.Equal((EmulatedFaultKind.DmaOutsideMapping, new Iova(0x6000_0004), 512L, DmaDirection.Write, new QueueId(1)),
            (fault.Kind, fault.Address, fault.Length, fault.Direction, fault.Queue));
        Assert.Equal((byte)NvmOpcode.Read, fault.Command!.Value.Opcode);
    }

    [Fact]
    public void Data_that_reaches_over_the_end_of_a_mapping_is_stopped_before_anything_moves()
    {
        using var driver = new RawDriver();
        var pair = driver.Enable().CreateIoPair();
        var last = driver.Memory.Region.Length - 4096;
        var end = driver.Memory.Iova + last;

        var completion = pair.Run(RawDriver.Io(NvmOpcode.Read, 0, 16) with { Prp1 = end, Prp2 = end + 4096 });

        Assert.Equal(0x004, completion.Status.TypeAndCode);
        Assert.Equal(new Iova(end + 4096), Assert.Single(driver.Controller.RecordedFaults).Address);
    }

    [Theory]
    [InlineData(EmulatedHostKind.Inline)]
    [InlineData(EmulatedHostKind.Thread)]
    public void A_ring_that_is_unmapped_under_a_running_controller_is_a_fatal_status(EmulatedHostKind host)
    {
        using var driver = new RawDriver(host: host);
        driver.Enable();
        driver.Memory.Unmap();

        driver.Admin.Submit(new SubmissionEntry { Opcode = (byte)AdminOpcode.AsynchronousEventRequest });
        Assert.True(SpinWait.SpinUntil(() => (driver.Transport.Read32(RawDriver.Csts) & 2) != 0, 10_000));

        var fault = Assert.Single(driver.Controller.RecordedFaults);
        Assert.Equal((EmulatedFaultKind.DmaOutsideMapping, DmaDirection.Read, 64L), (fault.Kind, fault.Direction, fault.Length));
        Assert.Null(fault.Command);
    }

    [Fact]
    public unsafe void After_unmapping_returns_the_controller_never_touches_the_memory_again()
    {
        // The controller writes one buffer as fast as it can while the buffer's mapping comes and goes.
        using var driver = new RawDriver(host: EmulatedHostKind.Thread);
        var pair = driver.Enable().CreateIoPair();
        var source = driver.Memory.Allocate(4096);
        source.Span.Fill(0xFF);
        RawDriver.AssertSuccess(pair.Run(RawDriver.Io(NvmOpcode.Write, 0, 8, source)));
        var memory = (byte*)NativeMemory.AlignedAlloc(4096, 4096);
        var region = new DmaRegion(1, (nint)memory, 4096, 4096, null);
        var iova = new Iova(0x4000_0000);
        var stop = false;
        var reads = 0;
        var reader = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                pair.Run(RawDriver.Io(NvmOpcode.Read, 0, 8) with { Prp1 = iova.Value });
                Interlocked.Increment(ref reads);
            }
        });
        reader.Start();
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref reads) > 0, TimeSpan.FromSeconds(30)));

        var touched = 0;
        for (var round = 0; round < 300; round++)
        {
            driver.Transport.Domain.Map(region, iova);
            Thread.Yield();
            driver.Transport.Domain.Unmap(region, iova);
            new Span<byte>(memory, 4096).Clear();
            Thread.Yield();
            touched += new Span<byte>(memory, 4096).ContainsAnyExcept((byte)0) ? 1 : 0;
        }

        Volatile.Write(ref stop, true);
        reader.Join();
        Assert.Equal(0, touched);
        NativeMemory.AlignedFree(memory);
    }

    [Fact]
    public void Without_bus_mastering_no_command_is_fetched_and_with_it_again_it_is()
    {
        using var driver = new RawDriver();
        var pair = driver.Enable().CreateIoPair();
        driver.Transport.SetBusMaster(false);
        pair.Submit(RawDriver.Io(NvmOpcode.Read, 0, 1, driver.Memory.Allocate(512)));

        var without = pair.TryTake(out _);
        driver.Transport.SetBusMaster(true);

        Assert.False(without);
        RawDriver.AssertSuccess(pair.Take());
    }

    [Fact]
    public void A_function_reset_stops_everything_and_forgets_the_registers()
    {
        using var driver = new RawDriver();
        var pair = driver.Enable().CreateIoPair();
        var buffer = driver.Memory.Allocate(512);
        driver.Controller.Faults.Add(CommandMatch.AnyIo, FaultAction.Hold);
        pair.Submit(RawDriver.Io(NvmOpcode.Read, 0, 1, buffer));
        buffer.Span.Fill(1);

        driver.Transport.Reset();
        driver.Controller.Faults.Release();
        driver.Controller.Step();

        Assert.Equal(0u, driver.Transport.Read32(RawDriver.Csts));
        Assert.Equal(0u, driver.Transport.Read32(RawDriver.Cc));
        Assert.Equal(0ul, driver.Transport.Read64(RawDriver.Asq));
        Assert.False(buffer.Span.ContainsAnyExcept((byte)1));
    }
}
