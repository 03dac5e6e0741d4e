using Microsoft.Extensions.Logging.Abstractions;
using UserNvme.Emulation;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulated;

/// <summary>How a reactor ends, and what comes too late for it. Reactors are shared by all who use their core, so nobody else may.</summary>
[Collection(nameof(ReactorEndTests))]
[CollectionDefinition(nameof(ReactorEndTests), DisableParallelization = true)]
public class ReactorEndTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);
    private static readonly object s_user = new();

    [Fact]
    public void What_the_last_item_of_an_ending_reactor_posts_is_done()
    {
        var reactor = Reactor.Acquire(0, s_user, NullLogger.Instance);
        var last = new ReactorAction(() => { });
        var first = new ReactorAction(() => reactor.Post(last));

        reactor.Post(new ReactorAction(() =>
        {
            reactor.Release(s_user);
            reactor.Post(first);
        }));

        Assert.True(last.Wait(s_limit));
    }

    [Fact]
    public void What_comes_after_the_end_can_wait_for_a_thread_that_posts_as_well()
    {
        var reactor = MakeEnded();
        using var begun = new ManualResetEventSlim();
        using var posted = new ManualResetEventSlim();
        var second = new ReactorAction(() => { });
        var other = new Thread(() =>
        {
            begun.Wait();
            reactor.Post(second);
            posted.Set();
        });
        other.Start();

        var waited = false;
        reactor.Post(new ReactorAction(() =>
        {
            begun.Set();
            waited = posted.Wait(s_limit);
        }));
        other.Join();

        Assert.True(waited);
        Assert.True(second.Wait(s_limit));
    }

    [Fact]
    public async Task What_many_threads_post_around_the_end_is_all_done_one_after_the_other()
    {
        for (var round = 0; round < 50; round++)
        {
            var reactor = Reactor.Acquire(0, s_user, NullLogger.Instance);
            var inside = 0;
            var together = 0;
            var posts = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () => Enumerable.Range(0, 200).Select(_ =>
                {
                    var item = new ReactorAction(() =>
                    {
                        if (Interlocked.Increment(ref inside) != 1) together++;
                        Interlocked.Decrement(ref inside);
                    });
                    reactor.Post(item);
                    return item;
                }).ToList(),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
            reactor.Release(s_user);

            foreach (var items in await Task.WhenAll(posts))
                Assert.All(items, item => Assert.True(item.Wait(s_limit)));
            Assert.Equal(0, together);
        }
    }

    [Fact]
    public async Task Of_controllers_that_close_at_the_same_moment_the_last_waits_for_the_services_of_their_reactor()
    {
        var first = await TestBench.StartAsync(driver: new() { Cores = [0] });
        var last = await TestBench.StartAsync(driver: new() { Cores = [0] });
        var held = HoldOneAsync(first);
        await TestBench.Until(() => first.Faults.HeldCount == 1, "the device has the flush");
        var device = last.Open();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var service = last.Driver.Reactors[0].RunAsync(async stop =>
        {
            started.SetResult();
            while (!stop.IsCancellationRequested) await device.FlushAsync(CancellationToken.None);
            await device.WriteAsync(new byte[512], 0, cancellationToken: CancellationToken.None);
        });
        await started.Task;

        // It waits for the flush.
        var firstClosed = first.DisposeAsync().AsTask();
        await last.DisposeAsync();
        first.Faults.Release();
        await firstClosed;

        await service;
        await held;
    }

    private static Task HoldOneAsync(TestBench bench)
    {
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Flush), FaultAction.Hold);
        return bench.Open().FlushAsync().AsTask();
    }

    private static Reactor MakeEnded()
    {
        var reactor = Reactor.Acquire(0, s_user, NullLogger.Instance);
        reactor.Release(s_user);
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                Thread? by = null;
                return reactor.Invoke(() => by = Thread.CurrentThread, s_limit) && by == Thread.CurrentThread;
            },
            s_limit));
        return reactor;
    }
}
