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

    [Fact]
    public void What_the_last_item_of_an_ending_reactor_posts_is_done()
    {
        var reactor = Reactor.Acquire(0, NullLogger.Instance);
        var last = new ReactorAction(() => { });
        var first = new ReactorAction(() => reactor.Post(last));

        reactor.Post(new ReactorAction(() =>
        {
            reactor.Release();
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
            var reactor = Reactor.Acquire(0, NullLogger.Instance);
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
            reactor.Release();

            foreach (var items in await Task.WhenAll(posts))
                Assert.All(items, item => Assert.True(item.Wait(s_limit)));
            Assert.Equal(0, together);
        }
    }

    private static Reactor MakeEnded()
    {
        var reactor = Reactor.Acquire(0, NullLogger.Instance);
        reactor.Release();
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
