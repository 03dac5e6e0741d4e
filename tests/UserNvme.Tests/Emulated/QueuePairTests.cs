using UserNvme.Emulation;
using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulated;

/// <summary>The raw door, seen from the device; what its owner sees of it is tested on every kind of device.</summary>
public class QueuePairTests
{
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

    private readonly struct Recorder(List<(int State, NvmeStatus Status)> completed) : ICompletionHandler<int>
    {
        public List<(int State, NvmeStatus Status)> Completed => completed;

        public List<int> Abandoned { get; } = [];

        public void OnCompletion(in CompletionEntry completion, int state) => completed.Add((state, completion.Status));

        public void OnAbandoned(int state) => Abandoned.Add(state);
    }
}
