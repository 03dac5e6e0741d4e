using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulated;

/// <summary>The raw door: a queue pair that its caller owns.</summary>
public class QueuePairTests
{
    [Fact]
    public async Task Each_command_completes_once_with_the_state_it_was_submitted_with()
    {
        await using var bench = await TestBench.StartAsync();
        using var pair = bench.Driver.CreateQueuePair<int, Recorder>(31, new Recorder([]));
        using var buffer = bench.Driver.Heap.Rent(31 * 512);

        for (var i = 0; i < 31; i++)
            Assert.True(pair.TrySubmit(NvmCommands.Read(new(1), new((ulong)i), 1), buffer, i * 512, 512, i));
        Assert.False(pair.TrySubmit(NvmCommands.Flush(new(1)), null, 0, 0, 99));
        while (pair.InFlight != 0) pair.Poll();

        Assert.Equal(Enumerable.Range(0, 31), pair.Handler.Completed.Select(c => c.State).Order());
        Assert.All(pair.Handler.Completed, c => Assert.True(c.Status.IsSuccess));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public async Task A_poll_rings_at_most_one_doorbell_of_each_queue_at_any_depth(int depth)
    {
        await using var bench = await TestBench.StartAsync(host: EmulatedHostKind.Inline);
        using var pair = bench.Driver.CreateQueuePair<int, Recorder>(depth, new Recorder([]));
        var before = bench.Device.GetCounters(pair.Id);

        const int Polls = 50;
        for (var i = 0; i < Polls; i++)
        {
            while (pair.TrySubmit(NvmCommands.Flush(new(1)), null, 0, 0, i))
            {
            }

            pair.Poll();
        }

        var after = bench.Device.GetCounters(pair.Id);
        Assert.InRange(after.SubmissionDoorbellWrites - before.SubmissionDoorbellWrites, 1, Polls);
        Assert.InRange(after.CompletionDoorbellWrites - before.CompletionDoorbellWrites, 1, Polls);
        Assert.True(after.CommandsFetched - before.CommandsFetched >= depth * (Polls / 2));
        while (pair.InFlight != 0) pair.Poll();
    }

    [Fact]
    public async Task A_call_from_another_thread_names_both_threads()
    {
        await using var bench = await TestBench.StartAsync();
        var pair = bench.Driver.CreateQueuePair<int, Recorder>(3, new Recorder([]));
        using var polled = new ManualResetEventSlim();
        using var refused = new ManualResetEventSlim();
        var owner = new Thread(() =>
        {
            pair.Poll();
            polled.Set();
            refused.Wait();
            pair.Dispose();
        }) { Name = "the owner" };
        owner.Start();
        polled.Wait();

        var error = Assert.Throws<InvalidOperationException>(() => pair.Poll());
        refused.Set();
        owner.Join();

        Assert.Contains("'the owner'", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{Environment.CurrentManagedThreadId}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_takes_over_the_pair_of_a_thread_that_has_ended_ends_its_leases()
    {
        using var heap = new DmaHeap();
        await using var bench = await TestBench.StartAsync(driver: new() { Heap = heap });
        var rented = heap.RentedBytes;
        var pair = bench.Driver.CreateQueuePair<int, Recorder>(3, new Recorder([]));
        var buffer = bench.Driver.Heap.Rent(4096);
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Read), FaultAction.Hold);
        var first = new Thread(() =>
        {
            pair.TrySubmit(NvmCommands.Read(new(1), default, 8), buffer, 0, 4096, 1);
            pair.Ring();
        });
        first.Start();
        first.Join();
        await TestBench.Until(() => bench.Faults.HeldCount == 1, "the device has the read");

        buffer.Dispose();
        pair.TrySubmit(NvmCommands.Flush(new(1)), null, 0, 0, 2);
        var heldMeanwhile = !buffer.IsReleased;
        bench.Faults.Release();
        while (pair.InFlight != 0) pair.Poll();
        pair.Dispose();

        Assert.True(heldMeanwhile);
        Assert.True(buffer.IsReleased);
        Assert.Equal(rented, heap.RentedBytes);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(1000)]
    public async Task Rings_of_any_size_wrap_many_times_without_losing_a_command(int entries)
    {
        await using var bench = await TestBench.StartAsync();
        using var pair = bench.Driver.CreateQueuePair<int, Recorder>(entries - 1, new Recorder([]));

        const int Commands = 5000;
        for (var i = 0; i < Commands;)
        {
            while (i < Commands && pair.TrySubmit(NvmCommands.Flush(new(1)), null, 0, 0, i)) i++;
            pair.Poll();
        }

        while (pair.InFlight != 0) pair.Poll();
        Assert.Equal(Enumerable.Range(0, Commands), pair.Handler.Completed.Select(c => c.State).Order());
    }

    [Fact]
    public async Task What_is_in_flight_when_the_controller_is_reset_is_abandoned_once()
    {
        await using var bench = await TestBench.StartAsync(host: EmulatedHostKind.Inline);
        var (abandoned, reopened) = await Task.Factory.StartNew(() =>
        {
            using var pair = bench.Driver.CreateQueuePair<int, Recorder>(3, new Recorder([]));
            bench.Faults.Add(CommandMatch.Io(NvmOpcode.Flush) with { Count = 1 }, FaultAction.Hold);
            pair.TrySubmit(NvmCommands.Flush(new(1)), null, 0, 0, 5);
            pair.Poll();
            bench.Driver.ResetAsync().GetAwaiter().GetResult();
            pair.Poll();
            pair.Poll();
            Assert.Throws<NvmeException>(() => pair.TrySubmit(NvmCommands.Flush(new(1)), null, 0, 0, 6));
            using var another = bench.Driver.CreateQueuePair<int, Recorder>(3, new Recorder([]));
            another.TrySubmit(NvmCommands.Flush(new(1)), null, 0, 0, 7);
            while (another.InFlight != 0) another.Poll();
            return (pair.Handler.Abandoned, another.Handler.Completed.Count);
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        Assert.Equal([5], abandoned);
        Assert.Equal(1, reopened);
    }

    [Fact]
    public async Task The_controller_can_be_closed_before_its_queue_pairs()
    {
        var bench = await TestBench.StartAsync();
        await Task.Factory.StartNew(() =>
        {
            var pair = bench.Driver.CreateQueuePair<int, Recorder>(3, new Recorder([]));
            pair.TrySubmit(NvmCommands.Flush(new(1)), null, 0, 0, 5);
            bench.DisposeAsync().AsTask().GetAwaiter().GetResult();
            pair.Poll();
            pair.Dispose();
            Assert.Equal([5], pair.Handler.Abandoned);
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    [Fact]
    public async Task Queue_pairs_can_be_created_and_disposed_again_and_again()
    {
        using var heap = new DmaHeap();
        await using var bench = await TestBench.StartAsync(driver: new() { Heap = heap });
        var rented = heap.RentedBytes;

        for (var i = 0; i < 200; i++)
        {
            using var pair = bench.Driver.CreateQueuePair<int, Recorder>(15, new Recorder([]));
            pair.TrySubmit(NvmCommands.Flush(new(1)), null, 0, 0, i);
        }

        Assert.Equal(rented, heap.RentedBytes);
        Assert.Empty(bench.Device.RecordedFaults);
    }

    [Fact]
    public async Task A_range_outside_the_buffer_is_refused_before_anything_is_submitted()
    {
        await using var bench = await TestBench.StartAsync();
        using var pair = bench.Driver.CreateQueuePair<int, Recorder>(3, new Recorder([]));
        using var buffer = bench.Driver.Heap.Rent(4096);

        Assert.Throws<ArgumentOutOfRangeException>(() => pair.TrySubmit(NvmCommands.Read(new(1), default, 8), buffer, 512, 4096, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.TrySubmit(NvmCommands.Read(new(1), default, 8), buffer, -4, 512, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.TrySubmit(NvmCommands.Read(new(1), default, 8), buffer, 2, 512, 1));
        Assert.Equal(0, pair.InFlight);
        Assert.Equal(0, ((DmaBuffer)buffer).Leases);
    }

    [Fact]
    public async Task A_buffer_of_another_heap_is_refused_before_anything_is_submitted()
    {
        using var other = new DmaHeap();
        using var buffer = other.Rent(4096);
        await using var bench = await TestBench.StartAsync();
        using var pair = bench.Driver.CreateQueuePair<int, Recorder>(3, new Recorder([]));

        var error = Assert.Throws<ArgumentException>(() => pair.TrySubmit(NvmCommands.Read(new(1), default, 8), buffer, 0, 4096, 1));

        Assert.Contains("does not reach", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, pair.InFlight);
    }

    private readonly struct Recorder(List<(int State, NvmeStatus Status)> completed) : ICompletionHandler<int>
    {
        public List<(int State, NvmeStatus Status)> Completed => completed;

        public List<int> Abandoned { get; } = [];

        public void OnCompletion(in CompletionEntry completion, int state) => completed.Add((state, completion.Status));

        public void OnAbandoned(int state) => Abandoned.Add(state);
    }
}
