using Microsoft.Extensions.Logging;
using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;
using UserNvme.Tests.Memory;

namespace UserNvme.Tests.Emulated;

/// <summary>The driver on a controller that looks for doorbells in memory. What users see of it, the suite of every device tests.</summary>
public class ShadowDoorbellTests
{
    private static readonly CommandMatch s_config = CommandMatch.AdminCommand(AdminOpcode.DoorbellBufferConfig);

    [Fact]
    public async Task Registers_are_written_once_while_the_controller_is_busy()
    {
        await using var bench = await StartAsync(EmulatedHostKind.Inline);
        using var pair = bench.Driver.CreateQueuePair<int, Counter>(127, default);
        var before = bench.Device.GetCounters(pair.Id);
        var transport = (EmulatedTransport)bench.Driver.Transport;
        bench.Device.Queues.Shadows.LooksInVain = 10;
        transport.AutoStep = false;

        for (var i = 0; i < 100; i++)
        {
            Assert.True(pair.TrySubmit(NvmCommands.Flush(new(1)), null, 0, 0, i));
            pair.Ring();
            bench.Device.Step();
            Assert.Equal(1, pair.Poll());
        }

        var after = bench.Device.GetCounters(pair.Id);
        Assert.True(bench.Driver.UsesShadowDoorbells);
        Assert.Equal(100, after.CommandsFetched - before.CommandsFetched);
        Assert.Equal((1, 1), (pair.SubmissionDoorbellWrites, pair.CompletionDoorbellWrites));
        Assert.Equal((1, 1), (after.SubmissionDoorbellWrites - before.SubmissionDoorbellWrites, after.CompletionDoorbellWrites - before.CompletionDoorbellWrites));
        transport.AutoStep = true;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task A_controller_that_rests_after_each_command_is_woken_for_each_at_any_place_of_the_ring(int depth)
    {
        await using var bench = await StartAsync(EmulatedHostKind.Inline);
        using var pair = bench.Driver.CreateQueuePair<int, Counter>(depth, default);

        for (var i = 0; i < 100; i++)
        {
            Assert.True(pair.TrySubmit(NvmCommands.Flush(new(1)), null, 0, 0, i));
            pair.Ring();
            Assert.Equal(1, pair.Poll());
        }

        Assert.Equal(100, pair.SubmissionDoorbellWrites);
        Assert.Empty(bench.Device.RecordedFaults);
    }

    [Theory]
    [InlineData(EmulatedHostKind.Inline)]
    [InlineData(EmulatedHostKind.Thread)]
    public async Task A_queue_that_takes_the_identifier_of_one_before_starts_at_zero(EmulatedHostKind host)
    {
        await using var bench = await StartAsync(host);
        for (var life = 0; life < 20; life++)
        {
            using var pair = bench.Driver.CreateQueuePair<int, Counter>(8, default);
            // Another place of the ring each time, and the one where the next life's first ring passes by is among them.
            for (var i = 0; i < life + 1; i++) Run(pair);
        }

        Assert.Empty(bench.Device.RecordedFaults);
    }

    [Theory]
    [InlineData(EmulatedHostKind.Inline)]
    [InlineData(EmulatedHostKind.Thread)]
    public async Task They_are_in_force_again_after_a_reset_for_all_queues(EmulatedHostKind host)
    {
        await using var bench = await StartAsync(host);
        var disk = bench.Open();
        var data = new byte[64 << 10];
        new Random(5).NextBytes(data);
        await disk.WriteAsync(data, 0);
        for (var round = 0; round < 3; round++)
        {
            await bench.Driver.ResetAsync();

            var read = new byte[data.Length];
            await disk.ReadAsync(read, 0);
            using var pair = bench.Driver.CreateQueuePair<int, Counter>(8, default);
            for (var i = 0; i < 20; i++) Run(pair);
            Assert.Equal(data, read);
            Assert.True(bench.Driver.UsesShadowDoorbells);
        }

        Assert.Equal(3, bench.Driver.ResetCount);
        Assert.Empty(bench.Device.RecordedFaults);
    }

    [Fact]
    public async Task A_controller_that_offers_and_refuses_them_is_driven_by_its_registers_and_the_log_says_so()
    {
        var log = new RecordingLogger();
        using var factory = log.ToFactory();
        await using var bench = await StartAsync(EmulatedHostKind.Inline, new() { LoggerFactory = factory }, faults =>
            faults.Add(s_config, FaultAction.Fail(new NvmeStatus(2))));
        using var pair = bench.Driver.CreateQueuePair<int, Counter>(8, default);

        for (var i = 0; i < 20; i++) Run(pair);

        Assert.False(bench.Driver.UsesShadowDoorbells);
        Assert.Equal(20, pair.SubmissionDoorbellWrites);
        Assert.Contains(log.Lines, line => line.Level == LogLevel.Warning && line.Text.Contains("refuses them", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_controller_that_refuses_them_after_a_reset_is_driven_by_its_registers_from_then_on()
    {
        using var heap = new DmaHeap();
        await using (var bench = await StartAsync(EmulatedHostKind.Inline, new() { Heap = heap }, faults =>
            faults.Add(s_config with { Skip = 1 }, FaultAction.Fail(new NvmeStatus(2)))))
        {
            var before = bench.Driver.UsesShadowDoorbells;
            await bench.Driver.ResetAsync();
            var disk = bench.Open();
            await disk.WriteAsync(new byte[4096], 0);
            using var pair = bench.Driver.CreateQueuePair<int, Counter>(8, default);
            for (var i = 0; i < 20; i++) Run(pair);

            Assert.True(before);
            Assert.False(bench.Driver.UsesShadowDoorbells);
            Assert.Equal(20, pair.SubmissionDoorbellWrites);
        }

        Assert.Equal(0, heap.RentedBytes);
    }

    [Fact]
    public async Task They_are_not_asked_for_where_they_are_switched_off_or_not_offered()
    {
        await using var off = await StartAsync(EmulatedHostKind.Inline, new() { ShadowDoorbells = false });
        await using var none = await TestBench.StartAsync(host: EmulatedHostKind.Inline);

        Assert.True(off.Driver.Identity.SupportsDoorbellBufferConfig);
        Assert.False(off.Driver.UsesShadowDoorbells);
        Assert.Equal(0ul, off.Device.Queues.Shadows.Length);
        Assert.False(none.Driver.Identity.SupportsDoorbellBufferConfig);
        Assert.False(none.Driver.UsesShadowDoorbells);
    }

    [Fact]
    public async Task Queues_whose_doorbells_lie_behind_the_page_are_driven_by_their_registers()
    {
        // 512 bytes from one doorbell to the next: queues 1 to 3 are in a page of 4096 bytes.
        await using var bench = await StartAsync(EmulatedHostKind.Inline, new() { Cores = [], ExtraQueuePairs = 5 }, stride: 7);
        var pairs = Enumerable.Range(0, 5).Select(_ => bench.Driver.CreateQueuePair<int, Counter>(4, default)).ToArray();
        bench.Device.Queues.Shadows.LooksInVain = 10;

        foreach (var pair in pairs)
        {
            for (var i = 0; i < 20; i++) Run(pair);
        }

        Assert.Equal([1, 2, 3], pairs.Where(pair => pair.SubmissionDoorbellWrites < 20 || pair.CompletionDoorbellWrites < 20).Select(pair => (int)pair.Id.Value));
        Assert.Equal([4, 5], pairs.Where(pair => pair.SubmissionDoorbellWrites == 20 && pair.CompletionDoorbellWrites == 20).Select(pair => (int)pair.Id.Value));
        Assert.Empty(bench.Device.RecordedFaults);
        foreach (var pair in pairs) pair.Dispose();
    }

    [Fact]
    public async Task The_pages_stay_while_a_queue_pair_is_left_whose_controller_is_gone()
    {
        var without = await RentedAfterRemovalAsync(isOn: false);
        var with = await RentedAfterRemovalAsync(isOn: true);

        Assert.Equal((0, 0), (without.AtLast, with.AtLast));
        Assert.Equal(2 * 4096, with.WhilePairIsLeft - without.WhilePairIsLeft);
    }

    [Fact]
    public async Task Nobody_can_turn_the_controller_away_from_the_drivers_doorbells()
    {
        await using var bench = await StartAsync(EmulatedHostKind.Inline);

        await Assert.ThrowsAsync<ArgumentException>(() => bench.Driver.AdminAsync(AdminCommands.DoorbellBufferConfig(1 << 20, 1 << 21)));
    }

    private static Task<(long WhilePairIsLeft, long AtLast)> RentedAfterRemovalAsync(bool isOn) => Task.Factory.StartNew(() =>
    {
        using var heap = new DmaHeap();
        var bench = StartAsync(EmulatedHostKind.Thread, new() { Heap = heap, Cores = [], ShadowDoorbells = isOn }).GetAwaiter().GetResult();
        var pair = bench.Driver.CreateQueuePair<int, Counter>(8, default);
        Run(pair);
        bench.Faults.RemoveDevice(announce: true);
        TestBench.Until(() => bench.Driver.State == ControllerState.Dead, "the driver sees the removal").GetAwaiter().GetResult();
        bench.DisposeAsync().AsTask().GetAwaiter().GetResult();
        var rented = heap.RentedBytes;
        pair.Dispose();
        return (rented, heap.RentedBytes);
    }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static Task<TestBench> StartAsync(EmulatedHostKind host, NvmeControllerOptions? driver = null, Action<FaultScript>? faults = null, int stride = 0) =>
        TestBench.StartAsync(TestBench.Small() with { ShadowDoorbells = true, DoorbellStride = stride }, driver, faults, host);

    private static void Run(QueuePair<int, Counter> pair)
    {
        var done = pair.Handler.Done;
        Assert.True(pair.TrySubmit(NvmCommands.Flush(new(1)), null, 0, 0, 0));
        var started = Environment.TickCount64;
        while (pair.InFlight != 0)
        {
            pair.Poll();
            Assert.True(Environment.TickCount64 - started < 20_000, "the controller was not woken");
        }

        pair.Ring();
        Assert.Equal(done + 1, pair.Handler.Done);
    }

    private struct Counter : ICompletionHandler<int>
    {
        public int Done { get; private set; }

        public void OnCompletion(in CompletionEntry completion, int state) => Done += completion.Status.IsSuccess ? 1 : 0;

        public readonly void OnAbandoned(int state)
        {
        }
    }
}
