using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.DeviceTests.Device;
using UserNvme.Memory;

namespace UserNvme.DeviceTests.Concurrency;

/// <summary>Many callers at once, while the controller is reset or closed under them.</summary>
public class SoakTests
{
    private const int Workers = 8;
    private const int Region = 4 << 20;
    private const int Resets = 5;
    private const int Rounds = 100;

    [Theory]
    [InlineData(CompletionMode.ThreadPool)]
    [InlineData(CompletionMode.Inline)]
    public async Task What_was_acknowledged_is_read_back_whatever_happens_to_the_controller(CompletionMode completion)
    {
        using var heap = new DmaHeap();
        await using var bench = await Bench.OpenAsync(new() { Completion = completion, IoQueueEntries = 16, Heap = heap });

        var workers = Enumerable.Range(0, Workers).Select(w => Task.Run(() => WorkAsync(bench, w))).ToArray();
        for (var reset = 0; reset < Resets; reset++)
        {
            await Task.Delay(30);
            await bench.Driver.ResetAsync();
        }

        await Task.WhenAll(workers);
        Assert.Equal(Resets, bench.Driver.ResetCount);
        Assert.Equal(0, heap.ReturnedInFlight);
    }

    [Fact]
    public async Task Callers_on_several_reactors_do_not_disturb_each_other()
    {
        await using var bench = await Bench.OpenAsync(new() { Cores = Cores.Two, IoQueueEntries = 8 });

        await Task.WhenAll(Enumerable.Range(0, Workers).Select(w => Task.Run(() => WorkAsync(bench, w))));

        Assert.Equal(0, bench.Driver.ResetCount);
    }

    [Fact]
    public async Task What_was_acknowledged_before_the_controller_was_closed_under_load_is_there_when_it_is_opened_again()
    {
        var acknowledged = new int[Workers];
        var bench = await Bench.OpenAsync();
        var block = bench.BlockSize;
        var workers = Enumerable.Range(0, Workers).Select(w => Task.Run(() => WriteUntilClosedAsync(bench, w, acknowledged))).ToArray();
        while (Enumerable.Range(0, Workers).Any(w => Volatile.Read(ref acknowledged[w]) < 50)) await Task.Delay(1);

        await bench.DisposeAsync();
        await Task.WhenAll(workers);

        await using var again = await Bench.OpenAsync();
        for (var w = 0; w < Workers; w++)
        {
            for (var number = Math.Max(0, acknowledged[w] - 1000); number < acknowledged[w]; number++)
            {
                var read = new byte[block];
                await again.Disk.ReadAsync(read, PlaceOf(w, number, block));
                Assert.Equal(BlockOf(w, number, block), read);
            }
        }
    }

    private static async Task WriteUntilClosedAsync(Bench bench, int worker, int[] acknowledged)
    {
        var block = bench.BlockSize;
        for (var number = 0; ; number++)
        {
            try
            {
                await bench.Disk.WriteAsync(BlockOf(worker, number, block), PlaceOf(worker, number, block)).ConfigureAwait(false);
                Volatile.Write(ref acknowledged[worker], number + 1);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    // A worker's part holds 1024 blocks, so that the last 1000 are never overwritten by the one in flight.
    private static long PlaceOf(int worker, int number, int block) => ((worker * 1024L) + (number % 1024)) * block;

    private static byte[] BlockOf(int worker, int number, int block)
    {
        var data = new byte[block];
        new Random((worker << 24) + number).NextBytes(data);
        return data;
    }

    private static async Task WorkAsync(Bench bench, int worker)
    {
        var device = bench.Disk;
        var random = new Random(worker);
        var expected = new byte[Region];
        var start = (long)worker * Region;
        await UntilAnsweredAsync(() => device.WriteAsync(expected, start));
        using var dma = device.RentBuffer(256 * 1024);
        for (var round = 0; round < Rounds; round++)
        {
            var length = bench.Length(random, 256 * 1024);
            var at = (int)bench.Place(random, length, Region);
            var memory = random.Next(2) == 0 ? dma.Memory[..length] : new byte[length];
            random.NextBytes(memory.Span);
            memory.CopyTo(expected.AsMemory(at));
            await UntilAnsweredAsync(() => device.WriteAsync(memory, start + at));
            memory.Span.Clear();
            await UntilAnsweredAsync(() => device.ReadAsync(memory, start + at));
            Assert.True(memory.Span.SequenceEqual(expected.AsSpan(at, length)), $"worker {worker}, round {round}");
        }

        var all = new byte[Region];
        await UntilAnsweredAsync(() => device.ReadAsync(all, start));
        Assert.True(all.AsSpan().SequenceEqual(expected), $"worker {worker}, at the end");
    }

    // What a caller does with an unknown fate: the same again.
    private static async Task UntilAnsweredAsync(Func<ValueTask> operation)
    {
        while (true)
        {
            try
            {
                await operation().ConfigureAwait(false);
                return;
            }
            catch (NvmeException e) when (e.Fate == CommandFate.Unknown)
            {
            }
        }
    }
}
