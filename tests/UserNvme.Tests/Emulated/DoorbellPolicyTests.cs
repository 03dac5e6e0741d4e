using CsCheck;
using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulated;

/// <summary>When a poll rings the doorbells: at once while few commands are in flight, collected while many are, and never too late.</summary>
public sealed class DoorbellPolicyTests : IDisposable
{
    private const int LongestWait = 64;

    private readonly DmaHeap _heap = new(new DmaHeapOptions { PageSize = DmaPageSize.FourKilobytes, RegionBytes = 4 << 20 });

    public void Dispose() => _heap.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void With_few_commands_in_flight_every_answer_is_told_at_the_poll_that_gave_it(int depth)
    {
        using var bench = new Bench(_heap, depth);
        bench.Fill();
        bench.Pair.Poll();
        Assert.Equal(depth, bench.Device.Outstanding);

        for (var i = 0; i < 100; i++)
        {
            bench.Device.Complete(0);
            bench.Pair.Poll();
            Assert.Equal(depth, bench.Device.Outstanding);
        }
    }

    [Fact]
    public void With_many_commands_in_flight_sixteen_answers_share_a_doorbell_write()
    {
        using var bench = new Bench(_heap, depth: 128);
        bench.Fill();
        bench.Pair.Poll();
        var before = bench.Device.SubmissionRings;

        for (var i = 0; i < 1600; i++)
        {
            bench.Device.Complete(0);
            bench.Pair.Poll();
        }

        Assert.Equal(1600 / 16, bench.Device.SubmissionRings - before);
        Assert.Equal(bench.Device.SubmissionRings, bench.Pair.SubmissionDoorbellWrites);
        Assert.Equal(bench.Device.CompletionRings, bench.Pair.CompletionDoorbellWrites);
    }

    [Fact]
    public void A_single_command_beside_many_that_are_parked_is_told_of_after_some_empty_polls()
    {
        using var bench = new Bench(_heap, depth: 128);
        for (var i = 0; i < 100; i++) bench.Submit();
        bench.Pair.Poll();
        bench.Submit();

        for (var i = 0; i < LongestWait; i++) bench.Pair.Poll();

        Assert.Equal(101, bench.Device.Outstanding);
    }

    [Fact]
    public void Ring_tells_at_once()
    {
        using var bench = new Bench(_heap, depth: 128);
        for (var i = 0; i < 100; i++) bench.Submit();
        bench.Pair.Poll();
        bench.Submit();

        bench.Pair.Ring();
        bench.Pair.Ring();

        Assert.Equal(101, bench.Device.Outstanding);
        Assert.Equal(2, bench.Pair.SubmissionDoorbellWrites);
    }

    // Any order of submitting, polling, ringing and completing: nothing waits longer than it may, the device is never left with nothing to
    // do, and its completion queue has a place for every command it knows of.
    [Fact]
    public void Nothing_stalls_and_the_completion_queue_cannot_fill_whatever_the_order_of_calls() =>
        Gen.Select(Gen.Int[1, 70], Gen.Select(Gen.Int[0, 3], Gen.Int[0, 70]).Array[1, 300]).Sample((depth, steps) =>
        {
            using var bench = new Bench(_heap, depth, answering: false);
            var pollsWithNews = 0;
            foreach (var (what, count) in steps)
            {
                switch (what)
                {
                    case 0:
                        for (var i = 0; i < count && bench.Pair.InFlight < depth; i++) bench.Submit();
                        break;
                    case 1:
                        for (var i = 0; i < count && bench.Device.Outstanding > 0; i++) bench.Device.Complete((count * 7 + i) % bench.Device.Outstanding);
                        break;
                    case 2:
                        bench.Pair.Ring();
                        pollsWithNews = 0;
                        Assert.Equal(bench.Pair.InFlight, bench.Device.Outstanding + bench.NotYetHandled);
                        break;
                    default:
                        for (var i = 0; i < count; i++)
                        {
                            var found = bench.Pair.Poll();
                            var untold = bench.Pair.InFlight - bench.Device.Outstanding;
                            pollsWithNews = untold != 0 && found == 0 ? pollsWithNews + 1 : 0;
                            Assert.True(pollsWithNews < LongestWait, "a command waits too long for its doorbell");
                            Assert.True(bench.Device.Outstanding != 0 || bench.Pair.InFlight == 0, "the device has nothing to do");
                        }

                        break;
                }
            }

            Assert.InRange(bench.Device.MostPlacesNeeded, 0, depth);
            bench.Drain();
            Assert.Equal(bench.Submitted, bench.Pair.Handler.Counter.Done);
        }, iter: 300);

    private sealed class Counter
    {
        public int Done { get; set; }

        public Action? OnDone { get; set; }
    }

    private sealed class Bench : IDisposable
    {
        private readonly DmaHeap _heap;
        private readonly DmaSpace _space;
        private readonly int _depth;

        public Bench(DmaHeap heap, int depth, bool answering = true)
        {
            _heap = heap;
            _depth = depth;
            _space = heap.Attach(Device);
            var counter = new Counter();
            Pair = Device.Open(heap, _space, depth, new Handler(counter));
            if (answering) counter.OnDone = Submit;
        }

        public RingDevice Device { get; } = new();

        public QueuePair<int, Handler> Pair { get; }

        public int Submitted { get; private set; }

        /// <summary>Completions that the device has posted and no poll has taken yet, when everything submitted is told of.</summary>
        public int NotYetHandled => Device.Posted - Pair.Handler.Counter.Done;

        public void Submit()
        {
            Assert.True(Pair.TrySubmit(NvmCommands.Flush(new(1)), null, 0, 0, Submitted));
            Submitted++;
        }

        public void Fill()
        {
            while (Pair.InFlight < _depth) Submit();
        }

        public void Drain()
        {
            Pair.Ring();
            while (Pair.InFlight != 0)
            {
                while (Device.Outstanding != 0) Device.Complete(0);
                Pair.Poll();
            }
        }

        public void Dispose()
        {
            Pair.Handler.Counter.OnDone = null;
            Drain();
            Pair.Dispose();
            _heap.Detach(_space);
        }
    }

    private readonly struct Handler(Counter counter) : ICompletionHandler<int>
    {
        public Counter Counter => counter;

        public void OnCompletion(in CompletionEntry completion, int state)
        {
            counter.Done++;
            counter.OnDone?.Invoke();
        }

        public void OnAbandoned(int state) => Assert.Fail("A command was abandoned.");
    }
}
