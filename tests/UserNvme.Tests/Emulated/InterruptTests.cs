using Microsoft.Extensions.Logging;
using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Queues;
using UserNvme.Spec;
using UserNvme.Tests.Memory;
using UserNvme.Transports.VfioUser;

namespace UserNvme.Tests.Emulated;

/// <summary>
/// Reactors sleep while a slow device works, and nothing is lost by it: interrupts wake them, and where none comes they look. Runs alone:
/// reactors are the process's.
/// </summary>
[Collection(nameof(InterruptTests))]
[CollectionDefinition(nameof(InterruptTests), DisableParallelization = true)]
public sealed class InterruptTests
{
    private const int InterruptMaskSet = 0x0C;

    private readonly RecordingLogger _log = new();

    [Fact]
    public async Task A_completion_wakes_the_reactor_that_sleeps_on_its_interrupt()
    {
        await using var bench = await StartAsync();
        var device = bench.Open();
        for (var i = 0; i < 20; i++)
        {
            var read = await StartHeldReadAsync(bench, device);
            await UntilAsleep(bench);
            bench.Faults.Release();
            await read;
        }

        Assert.DoesNotContain(_log.Lines, line => line.Level >= LogLevel.Warning);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Queues_share_vectors_where_there_are_too_few(int vectors)
    {
        await using var bench = await StartAsync(TestBench.Small(vectors), new() { Cores = [0, 1] });
        Assert.Equal(Math.Min(2, Math.Max(1, vectors - 1)), bench.Driver.Channels.Select(c => c.Interrupt!.Vector).Distinct().Count());
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Flush), FaultAction.Hold);

        var flushes = bench.Driver.Channels.Select(channel => FlushOn(bench, channel)).ToArray();
        await TestBench.Until(() => bench.Faults.HeldCount == 2, "the device has both commands");
        await UntilAsleep(bench);
        bench.Faults.Release();
        await Task.WhenAll(flushes);

        Assert.DoesNotContain(_log.Lines, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task A_lost_interrupt_delays_a_completion_but_never_hangs_it_and_is_told_once()
    {
        await using var bench = await StartAsync();
        var device = bench.Open();
        bench.Driver.Transport.Write32(InterruptMaskSet, uint.MaxValue);

        for (var i = 0; i < 5; i++)
        {
            var read = await StartHeldReadAsync(bench, device);
            if (bench.Driver.Channels[0].MaySleep) await UntilAsleep(bench);
            bench.Faults.Release();
            await read;
        }

        Assert.False(bench.Driver.Channels[0].MaySleep);
        var line = Assert.Single(_log.Lines, line => line.Level == LogLevel.Warning);
        Assert.Contains("interrupt vector 1 did not fire", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_busy_reactor_has_its_interrupts_detached()
    {
        await using var bench = await StartAsync();
        var device = bench.Open();
        var read = await StartHeldReadAsync(bench, device);
        await UntilAsleep(bench);
        var interrupt = bench.Driver.Channels[0].Interrupt!;
        Assert.True(interrupt.IsAttached);
        bench.Faults.Clear();
        bench.Faults.Release();
        await read;

        using var stop = new CancellationTokenSource();
        var load = Task.WhenAll(Enumerable.Range(0, 64).Select(_ => LoadAsync(device, stop.Token)));
        await TestBench.Until(() => !interrupt.IsAttached, "the vector was detached");
        await stop.CancelAsync();
        await load;
    }

    [Fact]
    public async Task With_the_policy_Poll_queues_have_no_interrupts_and_the_reactor_stays_awake()
    {
        await using var bench = await StartAsync(driver: new() { Idle = IdlePolicy.Poll });
        var device = bench.Open();

        var read = await StartHeldReadAsync(bench, device);
        Assert.False(bench.Driver.Channels[0].MaySleep);
        Assert.False(bench.Device.Queues.Completion(1)!.Interrupts);
        Assert.False(bench.Driver.Channels[0].Reactor.IsAsleep);
        bench.Faults.Release();
        await read;
    }

    [Fact]
    public async Task A_controller_without_interrupts_is_polled()
    {
        await using var bench = await StartAsync(TestBench.Small(interruptVectors: 0));

        var read = await StartHeldReadAsync(bench, bench.Open());
        Assert.False(bench.Driver.Channels[0].MaySleep);
        bench.Faults.Release();
        await read;
    }

    [Fact]
    public async Task A_controller_of_another_process_wakes_the_reactor_over_its_socket()
    {
        var folder = Directory.CreateTempSubdirectory("usernvme-interrupts");
        try
        {
            using var host = VfioUserHost.Start(Path.Combine(folder.FullName, "cntrl"), "?size=64M&latency=50ms");
            await using var driver = await NvmeController.OpenAsync(
                VfioUserTransport.Open(folder.FullName), new NvmeControllerOptions { LoggerFactory = _log.ToFactory() });
            var device = NvmeBlockDevice.Open(driver, new NamespaceId(1));
            Assert.True(driver.Channels[0].Interrupt!.IsAttached);

            for (var round = 0; round < 2; round++)
            {
                for (var i = 0; i < 5; i++)
                {
                    var read = device.ReadAsync(new byte[512], 0).AsTask();
                    await TestBench.Until(() => read.IsCompleted || driver.Channels[0].Reactor.IsAsleep, "the reactor sleeps, or the read has ended");
                    await read;
                }

                await driver.ResetAsync();
            }

            Assert.DoesNotContain(_log.Lines, line => line.Text.Contains("did not fire", StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_controller_that_refuses_the_vector_is_polled_and_that_is_told()
    {
        await using var bench = await StartAsync(faults: script => script.Add(
            CommandMatch.AdminCommand(AdminOpcode.CreateIoCompletionQueue) with { Count = 1 }, FaultAction.Fail(NvmeStatus.Create(StatusCode.InvalidInterruptVector))));

        var read = await StartHeldReadAsync(bench, bench.Open());
        Assert.False(bench.Driver.Channels[0].MaySleep);
        bench.Faults.Release();
        await read;

        Assert.Contains(_log.Lines, line => line.Level == LogLevel.Warning && line.Text.Contains("refuses interrupt vector 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_that_is_never_answered_times_out_while_the_reactor_sleeps()
    {
        await using var bench = await StartAsync(driver: TestBench.Impatient());
        var device = bench.Open();
        var first = await StartHeldReadAsync(bench, device);
        await TestBench.Until(() => bench.Driver.Channels[0].Reactor.IsAsleep || first.IsCompleted, "the reactor sleeps, or the command timed out");

        var error = await Assert.ThrowsAsync<NvmeException>(() => first);
        await TestBench.Until(() => bench.Driver.ResetCount == 1, "the controller was reset");

        Assert.Equal(CommandFate.Unknown, error.Fate);
        bench.Faults.Clear();
        await device.ReadAsync(new byte[512], 0);
    }

    [Fact]
    public async Task Interrupts_wake_the_reactor_after_a_reset_as_before()
    {
        await using var bench = await StartAsync();
        var device = bench.Open();
        var lost = await StartHeldReadAsync(bench, device);
        await UntilAsleep(bench);

        await bench.Driver.ResetAsync();
        await Assert.ThrowsAsync<NvmeException>(() => lost);
        var read = await StartHeldReadAsync(bench, device);
        await UntilAsleep(bench);
        bench.Faults.Release();
        await read;

        Assert.DoesNotContain(_log.Lines, line => line.Text.Contains("did not fire", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cancelled_command_ends_while_the_reactor_sleeps()
    {
        await using var bench = await StartAsync();
        var device = bench.Open();
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Read), FaultAction.Hold);
        using var cancel = new CancellationTokenSource();
        var read = device.ReadAsync(new byte[512], 0, cancel.Token).AsTask();
        await TestBench.Until(() => bench.Faults.HeldCount == 1, "the device has the read");
        await UntilAsleep(bench);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
    }

    [Fact]
    public async Task Closing_waits_for_a_slow_command_of_a_reactor_that_sleeps()
    {
        var bench = await StartAsync();
        var read = await StartHeldReadAsync(bench, bench.Open());
        await UntilAsleep(bench);

        var closing = bench.DisposeAsync();
        bench.Faults.Release();

        await read;
        await closing;
        Assert.Empty(bench.Device.RecordedFaults);
    }

    private Task<TestBench> StartAsync(EmulatedControllerOptions? device = null, NvmeControllerOptions? driver = null, Action<FaultScript>? faults = null)
    {
        driver ??= new NvmeControllerOptions();
        driver.LoggerFactory = _log.ToFactory();
        return TestBench.StartAsync(device, driver, faults);
    }

    // A read that the device answers when its faults are released.
    private static async Task<Task> StartHeldReadAsync(TestBench bench, NvmeBlockDevice device)
    {
        bench.Faults.Clear();
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Read) with { Count = 1 }, FaultAction.Hold);
        var read = device.ReadAsync(new byte[512], 0).AsTask();
        await TestBench.Until(() => bench.Faults.HeldCount == 1, "the device has the read");
        return read;
    }

    private static Task UntilAsleep(TestBench bench) => TestBench.Until(
        () => bench.Driver.Channels.All(c => c.Interrupt is { IsAttached: true } && c.Reactor.IsAsleep), "the reactors sleep on their interrupts");

    private static async Task LoadAsync(NvmeBlockDevice device, CancellationToken stop)
    {
        using var buffer = device.RentBuffer(512);
        while (!stop.IsCancellationRequested) await device.ReadAsync(buffer.Memory[..512], 0, CancellationToken.None);
    }

    // A flush that is issued by the channel's own reactor.
    private static Task FlushOn(TestBench bench, IoChannel channel)
    {
        Task flush = Task.CompletedTask;
        Assert.True(channel.Reactor.Invoke(() => flush = bench.Open().FlushAsync().AsTask(), TimeSpan.FromSeconds(20)));
        return flush;
    }
}
