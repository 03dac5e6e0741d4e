using CsCheck;
using UserNvme.Memory;

namespace UserNvme.Tests.Memory;

/// <summary>The leases that the owner of a queue pair counts without interlocked operations.</summary>
public sealed class LeaseHolderTests : IDisposable
{
    private static uint s_place;

    private readonly DmaHeap _heap = new(new DmaHeapOptions { PageSize = DmaPageSize.FourKilobytes, RegionBytes = 64 << 10, MaxBytes = 64 << 10 });

    public void Dispose() => _heap.Dispose();

    [Fact]
    public void A_buffer_given_back_by_another_thread_keeps_its_memory_until_the_owners_lease_ends()
    {
        var buffer = _heap.Rent(4096);
        var holder = LeaseHolder.Current;
        buffer.AddLease(holder);

        OnAnotherThread(buffer.Dispose);
        var heldMeanwhile = _heap.RentedBytes;
        buffer.ReleaseLease(holder);

        Assert.Equal(4096, heldMeanwhile);
        Assert.Equal(1, _heap.ReturnedInFlight);
        Assert.True(buffer.IsReleased);
        Assert.Equal(0, _heap.RentedBytes);
    }

    [Fact]
    public void Leases_of_the_first_owner_of_a_second_one_and_of_anybody_count_together()
    {
        var buffer = _heap.Rent(4096);
        var first = LeaseHolder.Current;
        buffer.AddLease(first);
        buffer.AddLease();
        LeaseHolder? second = null;
        OnAnotherThread(() => buffer.AddLease(second = LeaseHolder.Current));
        Assert.Equal(3, buffer.Leases);

        buffer.Dispose();
        buffer.ReleaseLease(second!);
        buffer.ReleaseLease(first);
        Assert.Equal(1, buffer.Leases);
        Assert.False(buffer.IsReleased);
        buffer.ReleaseLease();

        Assert.True(buffer.IsReleased);
        Assert.Equal(0, buffer.Leases);
    }

    [Fact]
    public void A_lease_of_a_thread_that_has_ended_is_ended_by_whoever_took_it_over()
    {
        var buffer = _heap.Rent(4096);
        LeaseHolder? ended = null;
        OnAnotherThread(() => buffer.AddLease(ended = LeaseHolder.Current));

        buffer.TakeOverLease(ended!);
        buffer.Dispose();
        var heldMeanwhile = !buffer.IsReleased;
        buffer.ReleaseLease(LeaseHolder.Current);

        Assert.True(heldMeanwhile);
        Assert.True(buffer.IsReleased);
    }

    [Fact]
    public void A_shared_lease_that_the_first_owner_takes_over_and_its_own_end_in_any_order()
    {
        var buffer = _heap.Rent(4096);
        var holder = LeaseHolder.Current;
        buffer.AddLease(holder);
        LeaseHolder? ended = null;
        OnAnotherThread(() => buffer.AddLease(ended = LeaseHolder.Current));

        buffer.TakeOverLease(ended!);
        buffer.Dispose();
        buffer.ReleaseLease(holder);
        var heldMeanwhile = !buffer.IsReleased;
        buffer.ReleaseLease(holder);

        Assert.True(heldMeanwhile);
        Assert.True(buffer.IsReleased);
    }

    [Fact]
    public void Two_pairs_of_a_thread_that_has_ended_are_taken_over_also_where_one_had_been_taken_over_by_it()
    {
        var buffer = _heap.Rent(4096);
        LeaseHolder? first = null, ended = null;
        OnAnotherThread(() => buffer.AddLease(ended = LeaseHolder.Current));
        OnAnotherThread(() => buffer.AddLease(first = LeaseHolder.Current));
        buffer.TakeOverLease(first!);

        buffer.TakeOverLease(ended!);
        buffer.TakeOverLease(ended!);
        buffer.Dispose();
        buffer.ReleaseLease(LeaseHolder.Current);
        var heldMeanwhile = !buffer.IsReleased;
        buffer.ReleaseLease(LeaseHolder.Current);

        Assert.True(heldMeanwhile);
        Assert.True(buffer.IsReleased);
    }

    [Fact]
    public void However_pairs_go_from_thread_to_thread_the_memory_goes_back_with_the_last_lease()
    {
        const int Pairs = 4;
        const int Steps = 60;
        var threads = new LeaseHolder[Pairs + Steps];
        for (var i = 0; i < threads.Length; i++) OnAnotherThread(() => threads[i] = LeaseHolder.Current);

        // Each step: a pair submits, a pair completes, or the thread of a pair ends and another one takes its pairs over, one that has pairs or a new one.
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, Pairs - 1], Gen.Int[0, Pairs - 1]).Array[0, Steps].Sample(steps =>
        {
            var buffer = _heap.Rent(4096);
            var inFlight = new int[Pairs];
            var owners = Enumerable.Range(0, Pairs).ToArray();
            var latest = Pairs - 1;
            foreach (var (what, pair, other) in steps)
            {
                if (what == 0)
                {
                    buffer.AddLease(threads[owners[pair]]);
                    inFlight[pair]++;
                }
                else if (what == 1 && inFlight[pair] > 0)
                {
                    buffer.ReleaseLease(threads[owners[pair]]);
                    inFlight[pair]--;
                }
                else if (what == 2)
                {
                    var ended = owners[pair];
                    var next = owners[other] != ended ? owners[other] : ++latest;
                    for (var taken = 0; taken < Pairs; taken++)
                    {
                        if (owners[taken] != ended) continue;
                        for (var i = 0; i < inFlight[taken]; i++) buffer.TakeOverLease(threads[ended]);
                        owners[taken] = next;
                    }
                }

                if (buffer.Leases != inFlight.Sum()) return false;
            }

            buffer.Dispose();
            for (var pair = 0; pair < Pairs; pair++)
            {
                for (; inFlight[pair] > 0; inFlight[pair]--)
                {
                    if (buffer.IsReleased) return false;
                    buffer.ReleaseLease(threads[owners[pair]]);
                }
            }

            return buffer.IsReleased && buffer.Leases == 0;
        }, threads: 1);
    }

    [Fact]
    public void A_lease_on_a_returned_buffer_is_refused_and_one_released_twice_is_an_error()
    {
        var buffer = _heap.Rent(4096);
        var holder = LeaseHolder.Current;
        buffer.AddLease(holder);
        buffer.ReleaseLease(holder);

        Assert.Throws<InvalidOperationException>(() => buffer.ReleaseLease(holder));
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => buffer.AddLease(holder));

        Assert.True(buffer.IsReleased);
        Assert.Equal(0, buffer.Leases);
    }

    // Each round one buffer: its owner leases and ends in a loop until refused, while another thread gives it back. Stores to memory that is in
    // no cache go before each lease, so that the lease's own store stays in the core for long: without the barrier on the other side this fails.
    [Fact]
    public void A_return_that_races_with_leases_frees_the_memory_once_and_never_under_a_lease()
    {
        const int Rounds = 10_000;
        var buffers = new DmaBuffer?[1];
        var freedUnderLease = 0;
        using var start = new Barrier(2);
        using var end = new Barrier(2);
        var owner = new Thread(() =>
        {
            var holder = LeaseHolder.Current;
            var uncached = new byte[64 << 20];
            uncached.AsSpan().Fill(1);
            for (var round = 0; round < Rounds; round++)
            {
                start.SignalAndWait();
                LeaseUntilRefused(buffers[0]!, holder, uncached, ref freedUnderLease);
                end.SignalAndWait();
            }
        });
        owner.Start();

        for (var round = 0; round < Rounds; round++)
        {
            var buffer = buffers[0] = _heap.Rent(4096);
            start.SignalAndWait();
            Thread.SpinWait(round % 200);
            buffer.Dispose();
            end.SignalAndWait();
            Assert.True(buffer.IsReleased);
            Assert.Equal(0, buffer.Leases);
            Assert.Equal(0, _heap.RentedBytes);
        }

        owner.Join();
        Assert.Equal(0, freedUnderLease);
    }

    private static void LeaseUntilRefused(DmaBuffer buffer, LeaseHolder holder, byte[] uncached, ref int freedUnderLease)
    {
        while (true)
        {
            for (var i = 0; i < 8; i++) uncached[(s_place += 4099 * 64) % uncached.Length] = 1;
            try
            {
                buffer.AddLease(holder);
            }
            catch (ObjectDisposedException)
            {
                return;
            }

            Thread.SpinWait(20);
            if (buffer.IsReleased) freedUnderLease++;
            buffer.ReleaseLease(holder);
        }
    }

    private static void OnAnotherThread(Action action)
    {
        var thread = new Thread(() => action());
        thread.Start();
        thread.Join();
    }
}
