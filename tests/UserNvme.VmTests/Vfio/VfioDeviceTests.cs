using UserNvme.Memory;
using UserNvme.Pci;
using UserNvme.Transports.Vfio;
using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Vfio;

/// <summary>Registers, reset, bus mastering and removal of one controller.</summary>
public sealed class VfioDeviceTests : IDisposable
{
    private const PciCommand Started = PciCommand.MemorySpace | PciCommand.BusMaster | PciCommand.InterruptDisable;
    private static readonly Iova s_iova = new(0x4000_0000);

    private readonly BoundControllers _bound = new(GuestController.Data512);
    private readonly PinnedMemory _memory = new(64 << 10);

    public void Dispose()
    {
        _memory.Dispose();
        _bound.Dispose();
    }

    [Fact]
    public void An_open_controller_decodes_memory_masters_the_bus_and_keeps_its_line_quiet()
    {
        using var transport = Open();

        Assert.Equal(Started, Command() & Started);
        Assert.Equal(0x1b36, transport.VendorId);
        Assert.Equal(16 << 10, transport.RegisterSpaceLength);
        Assert.Equal(65, transport.InterruptVectors);
        Assert.True(transport.CanReset);
    }

    [Fact]
    public void A_reset_stops_the_controller_and_it_can_be_used_again()
    {
        using var transport = Open();
        transport.Domain.Map(_memory.Region, s_iova);
        new HandDriver(transport, _memory.Region, s_iova).ReadSerial();

        transport.Reset();

        Assert.Equal(0u, transport.Read32(0x14) & 1); // CC.EN
        Assert.Equal(0u, transport.Read32(0x1C)); // CSTS
        Assert.Equal(Started, Command() & Started);
        Assert.Equal("DATA512", new HandDriver(transport, _memory.Region, s_iova).ReadSerial());
    }

    [Fact]
    public void Bus_mastering_is_switched_in_the_device_itself()
    {
        using var transport = Open();

        transport.SetBusMaster(false);
        var off = Command();
        transport.SetBusMaster(true);

        Assert.Equal(Started & ~PciCommand.BusMaster, off & Started);
        Assert.Equal(Started, Command() & Started);
    }

    [Fact]
    public void Registers_outside_the_bar_are_refused_and_doorbells_say_why()
    {
        using var transport = Open();

        Assert.Throws<ArgumentOutOfRangeException>(() => transport.Read32(16 << 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => transport.Read32(-4));
        Assert.Throws<ArgumentException>(() => transport.Write32(0x15, 0));
        Assert.Equal(SetupProblem.DeviceFailed, Assert.Throws<NvmeSetupException>(() => transport.GetDoorbell(16 << 10)).Problem);
        Assert.Equal(SetupProblem.DeviceFailed, Assert.Throws<NvmeSetupException>(() => transport.GetDoorbell(0x14)).Problem);
    }

    [Fact]
    public void A_closed_controller_reads_all_ones_and_refuses_the_rest()
    {
        var transport = Open();

        transport.Dispose();
        transport.Dispose();

        Assert.Equal(uint.MaxValue, transport.Read32(0x1C));
        transport.Write32(0x14, 0);
        transport.SetBusMaster(false);
        Assert.Throws<ObjectDisposedException>(() => transport.GetDoorbell(0x1000));
        Assert.Throws<ObjectDisposedException>(transport.Reset);
    }

    [Fact]
    public async Task A_kernel_that_wants_the_device_back_is_heard()
    {
        var transport = Open();
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = transport.Removed.Register(heard.SetResult);

        // The kernel waits in here until the device is closed.
        var unbind = Task.Run(() => File.WriteAllText($"{GuestController.Data512.SysfsPath}/driver/unbind", GuestController.Data512.Address));
        await heard.Task.WaitAsync(TimeSpan.FromSeconds(60));
        transport.Dispose();
        await unbind.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Null(GuestController.Data512.Driver);
    }

    [Fact]
    public void A_controller_that_nobody_can_reset_and_an_earlier_owner_left_running_is_stopped()
    {
        var device = GuestController.Data512;
        File.WriteAllText($"{device.SysfsPath}/reset_method", "\n");
        try
        {
            using (var owner = Open())
            {
                // Opened once without a reset, the kernel resets the slot at the close: so it is left running behind the kernel's back.
                Assert.False(owner.CanReset);
                Assert.Equal(SetupProblem.Unsupported, Assert.Throws<NvmeSetupException>(owner.Reset).Problem);
            }

            using var left = new SysfsBar(device);
            left.Enable();
            Assert.Equal(1u, left.Read32(0x1C) & 1);

            using var transport = Open();

            Assert.Equal(0u, transport.Read32(0x14) & 1);
            Assert.Equal(0u, transport.Read32(0x1C) & 1);
            Assert.Equal(Started, Command() & Started);
        }
        finally
        {
            File.WriteAllText($"{device.SysfsPath}/reset_method", "default");
        }
    }

    private static VfioTransport Open() => VfioTransport.Open(GuestController.Data512.Address);

    // Seen from the other side: sysfs reads the device's own register.
    private static PciCommand Command()
    {
        using var config = new SysfsConfigSpace(PciAddress.Parse(GuestController.Data512.Address));
        return config.Command;
    }
}
