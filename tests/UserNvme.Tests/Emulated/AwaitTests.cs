using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulated;

/// <summary>Where callers continue that await an operation, and with what: as with any task of .NET, in both placements.</summary>
public class AwaitTests
{
    private static readonly AsyncLocal<string> s_ambient = new();

    public static TheoryData<CompletionMode> Placements => [CompletionMode.ThreadPool, CompletionMode.Inline];

    [Theory]
    [MemberData(nameof(Placements))]
    public async Task Who_awaits_in_a_context_continues_there(CompletionMode placement)
    {
        await using var bench = await StartAsync(placement);
        var device = bench.Open();
        using var buffer = device.RentBuffer(512);
        var context = new CountingContext();

        var seen = await InContextAsync(context, async () =>
        {
            for (var i = 0; i < 100; i++) await device.ReadAsync(buffer.Memory, i * 512);
            return SynchronizationContext.Current;
        });

        Assert.Same(context, seen);
        Assert.InRange(context.Posts, 1, 100);
    }

    [Theory]
    [MemberData(nameof(Placements))]
    public async Task Who_awaits_on_a_scheduler_continues_there(CompletionMode placement)
    {
        await using var bench = await StartAsync(placement);
        var device = bench.Open();
        using var buffer = device.RentBuffer(512);
        var scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;

        await await Task.Factory.StartNew(
            async () =>
            {
                for (var i = 0; i < 100; i++)
                {
                    await device.ReadAsync(buffer.Memory, i * 512);
                    Assert.Same(scheduler, TaskScheduler.Current);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.None,
            scheduler);
    }

    [Theory]
    [MemberData(nameof(Placements))]
    public async Task Ambient_values_come_along_and_nobody_elses(CompletionMode placement)
    {
        await using var bench = await StartAsync(placement);
        var device = bench.Open();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async reader =>
        {
            s_ambient.Value = $"reader {reader}";
            using var buffer = device.RentBuffer(512);
            for (var i = 0; i < 200; i++)
            {
                await device.ReadAsync(buffer.Memory, i * 512).ConfigureAwait(false);
                Assert.Equal($"reader {reader}", s_ambient.Value);
            }
        }));
    }

    [Theory]
    [MemberData(nameof(Placements))]
    public async Task A_continuation_without_await_has_the_ambient_values_of_its_registration(CompletionMode placement)
    {
        await using var bench = await StartAsync(placement);
        var device = bench.Open();
        using var buffer = device.RentBuffer(512);
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Read), FaultAction.Hold);
        var seen = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);

        Register();
        await TestBench.Until(() => bench.Faults.HeldCount == 1, "the device has the read");
        bench.Faults.Release();

        Assert.Equal("registered", await seen.Task);

        void Register()
        {
            s_ambient.Value = "registered";
#pragma warning disable CA2012 // As an awaiter does that is not the compiler's.
            var awaiter = device.ReadAsync(buffer.Memory, 0).GetAwaiter();
#pragma warning restore CA2012
            awaiter.OnCompleted(() =>
            {
                awaiter.GetResult();
                seen.SetResult(s_ambient.Value);
            });
            s_ambient.Value = "later";
        }
    }

    [Fact]
    public async Task Continuations_on_the_pool_may_wait_for_each_other_however_they_ended_together()
    {
        const int Readers = 48;
        await using var bench = await StartAsync(CompletionMode.ThreadPool);
        var device = bench.Open();
        using var buffer = device.RentBuffer(512);
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Readers + 8, ports);
        try
        {
            for (var round = 0; round < 5; round++)
            {
                bench.Faults.Add(CommandMatch.Io(NvmOpcode.Read), FaultAction.Hold);
                // Each blocks a thread until all others have continued as well.
                using var all = new Barrier(Readers);
                var readers = Enumerable.Range(0, Readers).Select(async i =>
                {
                    await device.ReadAsync(buffer.Memory, i * 512).ConfigureAwait(false);
                    Assert.True(all.SignalAndWait(TimeSpan.FromSeconds(60)));
                }).ToArray();
                await TestBench.Until(() => bench.Faults.HeldCount == Readers, "the device has the reads");
                bench.Faults.Clear();
                bench.Faults.Release();

                await Task.WhenAll(readers);
            }
        }
        finally
        {
            ThreadPool.SetMinThreads(workers, ports);
        }
    }

    [Theory]
    [MemberData(nameof(Placements))]
    public async Task What_is_polled_for_by_its_caller_is_never_mistaken_for_the_next_use(CompletionMode placement)
    {
        await using var bench = await StartAsync(placement);
        var device = bench.Open();

        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            using var buffer = device.RentBuffer(512);
            for (var i = 0; i < 20_000; i++)
            {
                var read = device.ReadAsync(buffer.Memory, (i & 0xFF) * 512);
                // Half of them end while they are looked at and are given back at once.
                if ((i & 1) == 0)
                {
                    for (var look = 0; look < 200 && !read.IsCompleted; look++) Thread.SpinWait(10);
                }

                await read;
            }
        })));
    }

    [Fact]
    public async Task An_operation_is_awaited_once()
    {
        await using var bench = await StartAsync(CompletionMode.ThreadPool);
        var device = bench.Open();
        using var buffer = device.RentBuffer(512);
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Read), FaultAction.Hold);
        var first = new TaskCompletionSource();
        var second = 0;
#pragma warning disable CA2012, xUnit1030, xUnit1031 // The misuse that is tested.
        var held = device.ReadAsync(buffer.Memory, 0).ConfigureAwait(false).GetAwaiter();
        held.UnsafeOnCompleted(first.SetResult);
        Assert.Throws<InvalidOperationException>(() => held.UnsafeOnCompleted(() => second++));
        bench.Faults.Clear();
        bench.Faults.Release();
        await first.Task.WaitAsync(TimeSpan.FromSeconds(60));
        held.GetResult();

        var error = Assert.Throws<InvalidOperationException>(() => held.GetResult());
        Assert.Throws<InvalidOperationException>(() => held.IsCompleted);
#pragma warning restore CA2012, xUnit1030, xUnit1031
        Assert.Equal(0, second);
        Assert.Contains("once", error.Message, StringComparison.Ordinal);
    }

    private static Task<TestBench> StartAsync(CompletionMode placement) =>
        TestBench.StartAsync(driver: new NvmeControllerOptions { Completion = placement });

    private static Task<T> InContextAsync<T>(SynchronizationContext context, Func<Task<T>> code)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            return code();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private sealed class CountingContext : SynchronizationContext
    {
        private int _posts;

        public int Posts => _posts;

        public override void Post(SendOrPostCallback d, object? state)
        {
            Interlocked.Increment(ref _posts);
            ThreadPool.QueueUserWorkItem(_ =>
            {
                SetSynchronizationContext(this);
                d(state);
            });
        }
    }
}
