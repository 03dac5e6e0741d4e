using UserNvme.Controllers;
using UserNvme.DeviceTests.Device;
using UserNvme.Transports;

namespace UserNvme.DeviceTests.BringUp;

public class BringUpTests
{
    [Fact]
    public async Task A_controller_comes_up_with_what_the_driver_needs_to_know()
    {
        await using var bench = await Bench.OpenAsync();
        var driver = bench.Driver;

        Assert.Equal(ControllerState.Live, driver.State);
        Assert.Equal(TestDevice.Address, driver.Address);
        Assert.Equal(4096, driver.IdentityData.Length);
        Assert.InRange(driver.MaxQueueEntries, 2, 65_536);
        Assert.Equal(0, driver.MaxTransferBytes % driver.PageSize);
        Assert.InRange(driver.MaxTransferBytes, driver.PageSize, new NvmeControllerOptions().MaxTransferBytes);
        Assert.InRange(driver.Transport.RegisterSpaceLength, 0x1008, int.MaxValue);
        Assert.Equal(driver.Capabilities.MaxQueueEntries - 1, (int)(driver.Transport.Read64(0) & 0xFFFF));
        Assert.Equal(1u, driver.Transport.Read32(0x1C) & 1);
    }

    [Fact]
    public async Task Shadow_doorbells_are_in_force_where_the_controller_offers_them_and_after_a_reset()
    {
        await using var bench = await Bench.OpenAsync();
        var offered = bench.Driver.Identity.SupportsDoorbellBufferConfig;

        Assert.Equal(offered, bench.Driver.UsesShadowDoorbells);
        await bench.Driver.ResetAsync();
        Assert.Equal(offered, bench.Driver.UsesShadowDoorbells);
    }

    [Fact]
    public async Task Namespaces_have_the_sizes_of_their_block_devices()
    {
        await using var bench = await Bench.OpenAsync();
        var first = bench.Driver.Namespaces[0];

        Assert.Null(first.RefusedBecause);
        Assert.Equal(first.BlockSize, bench.BlockSize);
        Assert.Equal(first.BlockCount, bench.Disk.Info.BlockCount);
        Assert.Equal((long)first.BlockCount * first.BlockSize, bench.Disk.Info.Length);
        Assert.Equal(bench.Driver.Namespaces.Select(n => n.Id.Value).Order().Distinct(), bench.Driver.Namespaces.Select(n => n.Id.Value));
    }

    [Fact]
    public async Task A_controller_can_be_opened_and_closed_again_and_again()
    {
        byte[] identity = [];
        for (var round = 0; round < 5; round++)
        {
            await using var bench = await Bench.OpenAsync();
            var data = bench.Driver.IdentityData.ToArray();
            // The controller identifier: SPDK's target makes a new controller for each connection.
            data.AsSpan(78, 2).Clear();
            if (round > 0) Assert.Equal(identity, data);
            identity = data;
        }
    }

    [Fact]
    public async Task What_was_written_is_there_when_the_controller_is_opened_again()
    {
        var written = new byte[1 << 20];
        new Random(1).NextBytes(written);
        await using (var bench = await Bench.OpenAsync())
        {
            await bench.Disk.WriteAsync(written, 1 << 20);
            await bench.Disk.FlushAsync();
        }

        await using var again = await Bench.OpenAsync();
        var read = new byte[written.Length];
        await again.Disk.ReadAsync(read, 1 << 20);

        Assert.Equal(written, read);
    }

    [Fact]
    public async Task A_function_reset_stops_the_controller_and_keeps_the_data_where_the_device_has_one()
    {
        var written = new byte[64 << 10];
        new Random(4).NextBytes(written);
        bool canReset;
        await using (var bench = await Bench.OpenAsync())
        {
            canReset = bench.Driver.Transport.CanReset;
            await bench.Disk.WriteAsync(written, 0, forceUnitAccess: true);
        }

        using (var transport = TransportRegistry.Open(TestDevice.Address))
        {
            if (canReset)
                transport.Reset();
            else
                Assert.Throws<NvmeSetupException>(transport.Reset);
            Assert.Equal(0u, transport.Read32(0x14) & 1); // CC.EN
            Assert.Equal(0u, transport.Read32(0x1C) & 1); // CSTS.RDY
        }

        await using var again = await Bench.OpenAsync();
        var read = new byte[written.Length];
        await again.Disk.ReadAsync(read, 0);
        Assert.Equal(written, read);
    }

    [Fact]
    public async Task An_open_that_is_given_up_leaves_a_controller_that_can_be_opened()
    {
        using var cancel = new CancellationTokenSource();
        var opening = NvmeController.OpenAsync(TestDevice.Address, null, cancel.Token);
        await cancel.CancelAsync();
        var error = await Record.ExceptionAsync(async () => await (await opening).DisposeAsync());

        await using var bench = await Bench.OpenAsync();

        Assert.True(error is null or OperationCanceledException, error?.ToString());
        await bench.Disk.ReadAsync(new byte[bench.BlockSize], 0);
    }

    [Fact]
    public async Task A_closed_controller_refuses_everything_and_closes_twice()
    {
        var bench = await Bench.OpenAsync();
        await bench.DisposeAsync();
        await bench.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await bench.Disk.ReadAsync(new byte[bench.BlockSize], 0));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => bench.Driver.AdminAsync(Spec.AdminCommands.Identify(Spec.IdentifyCns.Controller), new byte[4096]));
    }
}
