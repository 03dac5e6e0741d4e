using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Memory;

namespace UserNvme.Tests.Emulated;

/// <summary>Many callers at once, while the controller is reset under them.</summary>
public class SoakTests
{
    private const int Workers = 8;
    private const int Region = 4 << 20;

    [Theory]
    [InlineData(CompletionMode.ThreadPool)]
    [InlineData(CompletionMode.Inline)]
    public async Task What_was_acknowledged_is_read_back_whatever_happens_to_the_controller(CompletionMode completion)
    {
        using var heap = new DmaHeap();
        await using var bench = await TestBench.StartAsync(driver: new() { Completion = completion, IoQueueEntries = 16, Heap = heap });
        var device = bench.Open();

        var workers = Enumerable.Range(0, Workers).Select(w => Task.Run(() => WorkAsync(device, w))).ToArray();
        for (var reset = 0; reset < 5; reset++)
        {
            await Task.Delay(30);
            await bench.Driver.ResetAsync();
        }

        await Task.WhenAll(workers);
        Assert.Equal(5, bench.Driver.ResetCount);
        Assert.Empty(bench.Device.RecordedFaults);
        Assert.Equal(0, heap.ReturnedInFlight);
    }

    private static async Task WorkAsync(NvmeBlockDevice device, int worker)
    {
        var random = new Random(worker);
        var expected = new byte[Region];
        using var dma = device.RentBuffer(256 * 1024);
        for (var round = 0; round < 400; round++)
        {
            var length = random.Next(1, 512) * 512;
            var start = random.Next(0, ((Region - length) / 512) + 1) * 512;
            var memory = random.Next(2) == 0 ? dma.Memory[..length] : new byte[length];
            var offset = ((long)worker * Region) + start;
            random.NextBytes(memory.Span);
            memory.CopyTo(expected.AsMemory(start));
            await UntilAnsweredAsync(() => device.WriteAsync(memory, offset));
            memory.Span.Clear();
            await UntilAnsweredAsync(() => device.ReadAsync(memory, offset));
            Assert.True(memory.Span.SequenceEqual(expected.AsSpan(start, length)), $"worker {worker}, round {round}");
        }

        var all = new byte[Region];
        await UntilAnsweredAsync(() => device.ReadAsync(all, (long)worker * Region));
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
