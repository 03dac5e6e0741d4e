using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulated;

/// <summary>A service that lives on a reactor: where it continues, how it ends, and who is told what.</summary>
public class ReactorServiceTests
{
    [Fact]
    public async Task A_service_starts_on_the_reactor_and_comes_back_after_every_await()
    {
        await using var bench = await TestBench.StartAsync();
        var reactor = bench.Driver.Reactors[0];
        var device = bench.Open();
        List<string> elsewhere = [];

        await reactor.RunAsync(async () =>
        {
            Note("the start");
            using var buffer = device.RentBuffer(4096);
            await device.WriteAsync(buffer.Memory, 0);
            Note("a write");
            await device.ReadAsync(new byte[512], 0);
            Note("a read that is copied");
            await Task.Yield();
            Note("a yield");
            await Task.Delay(1);
            Note("a timer");
            await Task.Run(() => { }, CancellationToken.None);
            Note("the thread pool");
            await bench.Driver.AdminAsync(AdminCommands.Identify(IdentifyCns.Controller), new byte[4096]);
            Note("an admin command");
            await Task.WhenAll(device.ReadAsync(buffer.Memory, 0).AsTask(), device.FlushAsync().AsTask());
            Note("several at once");
            await HelperAsync();
            Note("a method of its own");
        });

        Assert.Empty(elsewhere);

        async Task HelperAsync()
        {
            await device.FlushAsync();
            Note("a flush inside");
        }

        void Note(string what)
        {
            if (!reactor.IsCurrent) elsewhere.Add(what);
        }
    }

    [Fact]
    public async Task A_service_comes_back_from_a_controller_that_has_no_queue_on_its_reactor()
    {
        await using var here = await TestBench.StartAsync(driver: new() { Cores = [0] });
        await using var there = await TestBench.StartAsync(driver: new() { Cores = [1] });
        var device = there.Open();

        var came = await here.Driver.Reactors[0].RunAsync(async _ =>
        {
            var home = 0;
            for (var i = 0; i < 100; i++)
            {
                await device.FlushAsync(CancellationToken.None);
                if (here.Driver.Reactors[0].IsCurrent) home++;
            }

            return home;
        });

        Assert.Equal(100, came);
    }

    [Fact]
    public async Task Who_awaits_a_service_or_what_it_started_does_not_come_to_run_on_the_reactor()
    {
        await using var bench = await TestBench.StartAsync();
        var device = bench.Open();
        var started = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Flush), FaultAction.Hold);

        var service = bench.Driver.Reactors[0].RunAsync(async () =>
        {
            var flush = device.FlushAsync().AsTask();
            started.SetResult(flush);
            await flush;
        });
        var inner = await started.Task;
        var continued = ContinueAsync(inner);
        await TestBench.Until(() => bench.Faults.HeldCount == 1, "the device has the flush");
        bench.Faults.Release();

        Assert.Null(await continued);
        Assert.Null(await ContinueAsync(service));

        static async Task<Reactor?> ContinueAsync(Task task)
        {
            await task.ConfigureAwait(false);
            return Reactor.Current;
        }
    }

    [Fact]
    public async Task An_inline_continuation_that_does_not_live_on_the_reactor_leaves_it_with_its_next_await()
    {
        await using var bench = await TestBench.StartAsync(driver: new() { Completion = CompletionMode.Inline });
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Flush) with { Count = 1 }, FaultAction.Hold);

        var flush = FlushAsync(bench.Open());
        await TestBench.Until(() => bench.Faults.HeldCount == 1, "the device has the flush");
        bench.Faults.Release();

        Assert.Equal((bench.Driver.Reactors[0], null), await flush);

        static async Task<(Reactor?, Reactor?)> FlushAsync(NvmeBlockDevice device)
        {
            await device.FlushAsync().ConfigureAwait(false);
            var first = Reactor.Current;
            await Task.Delay(1);
            return (first, Reactor.Current);
        }
    }

    [Fact]
    public async Task What_a_service_throws_its_caller_gets()
    {
        await using var bench = await TestBench.StartAsync();
        var reactor = bench.Driver.Reactors[0];
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAsync<FormatException>(() => reactor.RunAsync(() => throw new FormatException()));
        await Assert.ThrowsAsync<FormatException>(() => reactor.RunAsync(async () =>
        {
            await Task.Yield();
            throw new FormatException();
        }));
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reactor.RunAsync(stop => Task.Delay(Timeout.Infinite, stop), cancelled.Token));
        Assert.Equal(cancelled.Token, error.CancellationToken);
        Assert.Equal(7, await reactor.RunAsync(_ => Task.FromResult(7)));
    }

    [Fact]
    public async Task The_callers_ambient_values_come_along()
    {
        await using var bench = await TestBench.StartAsync();
        var ambient = new AsyncLocal<string> { Value = "the caller's" };

        var seen = await bench.Driver.Reactors[0].RunAsync(async _ =>
        {
            await Task.Yield();
            return ambient.Value;
        });

        Assert.Equal("the caller's", seen);
    }

    [Fact]
    public async Task A_controller_that_closes_tells_its_services_first_and_they_can_still_write()
    {
        var bench = await TestBench.StartAsync(driver: new() { Cores = [0] });
        var device = bench.Open();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var service = bench.Driver.Reactors[0].RunAsync(async stop =>
        {
            started.SetResult();
            while (!stop.IsCancellationRequested) await device.FlushAsync(CancellationToken.None);
            await device.WriteAsync(new byte[512], 0, cancellationToken: CancellationToken.None);
        });
        await started.Task;
        await bench.DisposeAsync();

        Assert.True(service.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_service_that_does_not_listen_loses_its_controller_and_closing_is_bounded()
    {
        var bench = await TestBench.StartAsync(driver: new() { Cores = [0] });
        var device = bench.Open();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var service = bench.Driver.Reactors[0].RunAsync(async () =>
        {
            started.SetResult();
            while (true) await device.FlushAsync();
        });
        await started.Task;
        await bench.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => service);
        Assert.Empty(bench.Driver.Reactors);
    }

    [Fact]
    public async Task A_service_that_fails_when_it_is_told_to_end_does_not_keep_its_controller_open()
    {
        var bench = await TestBench.StartAsync(driver: new() { Cores = [0] });
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var service = bench.Driver.Reactors[0].RunAsync(async stop =>
        {
            stop.Register(told.SetResult);
            stop.Register(() => throw new InvalidOperationException("not now"));
            started.SetResult();
            await told.Task;
        });
        await started.Task;
        await bench.DisposeAsync();
        await service;

        Assert.Equal(ControllerState.Closed, bench.Driver.State);
    }

    [Fact]
    public async Task A_service_can_close_its_own_controller_and_ends_at_home()
    {
        var bench = await TestBench.StartAsync(driver: new() { Cores = [0] });
        var reactor = bench.Driver.Reactors[0];

        var home = await reactor.RunAsync(async _ =>
        {
            await bench.DisposeAsync();
            return reactor.IsCurrent;
        });

        Assert.True(home);
    }

    [Fact]
    public async Task Nothing_can_be_run_on_a_reactor_that_no_controller_uses()
    {
        // A core that no other test uses would be a machine's of its own: the reactor is asked after its last user has gone, if it has.
        var bench = await TestBench.StartAsync();
        var reactor = bench.Driver.Reactors[0];
        await bench.DisposeAsync();

        try
        {
            Assert.True(await reactor.RunAsync(_ => Task.FromResult(reactor.IsCurrent)));
        }
        catch (ObjectDisposedException)
        {
            Assert.Empty(bench.Driver.Reactors);
        }
    }

    [Fact]
    public async Task Many_services_live_side_by_side_on_one_reactor()
    {
        await using var bench = await TestBench.StartAsync();
        var device = bench.Open();
        var counts = new int[32];

        await Task.WhenAll(Enumerable.Range(0, counts.Length).Select(service => bench.Driver.Reactors[0].RunAsync(async () =>
        {
            using var buffer = device.RentBuffer(4096);
            for (var i = 0; i < 100; i++)
            {
                await device.ReadAsync(buffer.Memory, (service * 100 + i) * 4096L);
                counts[service]++;
            }
        })));

        Assert.All(counts, count => Assert.Equal(100, count));
    }
}
