using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Spec;

namespace UserNvme.DeviceTests.Device;

/// <summary>The device under test with a driver on it, until disposed: then the driver has to be closed, and the device must not have been misused.</summary>
internal sealed class Bench : IAsyncDisposable
{
    /// <summary>The part of the device that the tests use, from its start.</summary>
    public const int Area = 64 << 20;

    // Enabling and disabling may take 7.5 s each on the slowest of the devices (CAP.TO); a start does each once and has as much again to spare.
    private static readonly TimeSpan s_longestStart = TimeSpan.FromSeconds(30);

    private Bench(NvmeController driver)
    {
        Driver = driver;
        Namespace = driver.Namespaces[0].Id;
        Disk = NvmeBlockDevice.Open(driver, Namespace);
        Assert.True(Disk.Info.Length >= Area, $"{driver.Address} has {Disk.Info.Length} bytes, fewer than the tests use.");
    }

    public NvmeController Driver { get; }

    /// <summary>The first namespace.</summary>
    public NamespaceId Namespace { get; }

    public NvmeBlockDevice Disk { get; }

    public int BlockSize => Disk.Info.BlockSize;

    public static async Task<Bench> OpenAsync(NvmeControllerOptions? options = null)
    {
        var driver = await NvmeController.OpenAsync(TestDevice.Address, options).WaitAsync(s_longestStart);
        try
        {
            return new Bench(driver);
        }
        catch
        {
            await driver.DisposeAsync();
            throw;
        }
    }

    /// <summary>A place for so many bytes within the first <paramref name="area"/> ones.</summary>
    public long Place(Random random, int length, int area = Area) => random.NextInt64(0, ((area - length) / BlockSize) + 1) * BlockSize;

    /// <summary>A length of 1 to so many bytes.</summary>
    public int Length(Random random, int most) => random.Next(1, (most / BlockSize) + 1) * BlockSize;

    public async ValueTask DisposeAsync()
    {
        await Driver.DisposeAsync();
        Assert.Equal(ControllerState.Closed, Driver.State);
        // Another process, or a machine's IOMMU, has a judge of its own: see the lanes.
        if (Driver.Transport is EmulatedTransport { Controller: var device })
        {
            Assert.Empty(device.RecordedFaults);
            Assert.Equal(0, device.Domain.MappingCount);
        }
    }
}
