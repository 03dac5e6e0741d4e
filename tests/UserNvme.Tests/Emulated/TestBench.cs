using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulated;

/// <summary>A controller under test and the emulated device under it.</summary>
internal sealed class TestBench : IAsyncDisposable
{
    private TestBench(EmulatedTransport transport, NvmeController driver)
    {
        Device = transport.Controller;
        Driver = driver;
    }

    public EmulatedController Device { get; }

    public NvmeController Driver { get; }

    public FaultScript Faults => Device.Faults;

    public static async Task<TestBench> StartAsync(
        EmulatedControllerOptions? device = null, NvmeControllerOptions? driver = null, Action<FaultScript>? faults = null, EmulatedHostKind host = EmulatedHostKind.Thread)
    {
        var transport = EmulatedTransport.Start(device ?? Small(), host);
        faults?.Invoke(transport.Controller.Faults);
        return new TestBench(transport, await NvmeController.OpenAsync(transport, driver ?? new NvmeControllerOptions()));
    }

    /// <summary>A small disk.</summary>
    public static EmulatedControllerOptions Small(int? interruptVectors = null) => new()
    {
        InterruptVectors = interruptVectors,
        Namespaces = [new EmulatedNamespaceOptions { Size = 64 << 20 }],
    };

    /// <summary>A small disk of a controller that the driver waits for a second only.</summary>
    public static EmulatedControllerOptions SoonReady() => Small() with { ReadyTimeout = 1 };

    /// <summary>A driver that loses patience soon, but not before a test has seen that its command is held.</summary>
    public static NvmeControllerOptions Impatient() => new() { CommandTimeout = TimeSpan.FromSeconds(3) };

    public NvmeBlockDevice Open(uint id = 1) => NvmeBlockDevice.Open(Driver, new NamespaceId(id));

    /// <summary>Waits until the device has seen something; a test that waits longer than any healthy run fails.</summary>
    public static async Task Until(Func<bool> reached, string what)
    {
        for (var i = 0; i < 6000; i++)
        {
            if (reached()) return;
            await Task.Delay(5);
        }

        Assert.Fail($"Did not happen: {what}");
    }

    public ValueTask DisposeAsync() => Driver.DisposeAsync();
}
