using UserNvme.Emulation;
using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulated;

/// <summary>The raw door with data in several pieces, and with polls that handle a part of what completed.</summary>
public class ScatteredSubmitTests
{
    [Fact]
    public async Task Scattered_pieces_are_moved_in_order()
    {
        await using var bench = await TestBench.StartAsync(host: EmulatedHostKind.Inline);
        using var pair = bench.Driver.CreateQueuePair<int, Counter>(4, default);
        using var source = bench.Driver.Heap.Rent(3 * 4096);
        using var target = bench.Driver.Heap.Rent(8 * 4096);
        Random.Shared.NextBytes(source.Memory.Span);
        var space = bench.Driver.Heap.Attach(bench.Driver.Transport.Domain);

        Assert.True(pair.TrySubmit(NvmCommands.Write(new(1), new(0), 24), source, 0, 3 * 4096, 0));
        while (pair.InFlight != 0) pair.Poll();
        Assert.True(pair.TrySubmitScattered(NvmCommands.Read(new(1), new(0), 24), [Piece(6), Piece(2), Piece(4)], 1));
        while (pair.InFlight != 0) pair.Poll();

        byte[] read = [.. target.Memory.Span.Slice(6 * 4096, 4096), .. target.Memory.Span.Slice(2 * 4096, 4096), .. target.Memory.Span.Slice(4 * 4096, 4096)];
        Assert.Equal(source.Memory.ToArray(), read);
        bench.Driver.Heap.Detach(space);

        PrpPiece Piece(int page) => new(space.Translate(target, page * 4096), 4096);
    }

    [Fact]
    public async Task Pieces_that_no_command_can_move_are_refused_and_take_no_slot()
    {
        await using var bench = await TestBench.StartAsync();
        using var pair = bench.Driver.CreateQueuePair<int, Counter>(1, default);
        var page = new PrpPiece(new Iova(0x10_0000), 4096);

        Assert.Throws<ArgumentException>(() => pair.TrySubmitScattered(NvmCommands.Read(new(1), new(0), 1), [], 0));
        Assert.Throws<ArgumentException>(() => pair.TrySubmitScattered(NvmCommands.Read(new(1), new(0), 1), [page with { Length = 512 }, page], 0));
        Assert.Throws<ArgumentException>(() => pair.TrySubmitScattered(
            NvmCommands.Read(new(1), new(0), 1), [.. Enumerable.Repeat(page, (bench.Driver.MaxTransferBytes / 4096) + 1)], 0));
        Assert.Equal(0, pair.InFlight);
        Assert.True(pair.TrySubmit(NvmCommands.Flush(new(1)), null, 0, 0, 0));
        while (pair.InFlight != 0) pair.Poll();
    }

    [Fact]
    public async Task A_poll_with_a_limit_leaves_the_rest_to_the_next()
    {
        await using var bench = await TestBench.StartAsync(host: EmulatedHostKind.Inline);
        using var pair = bench.Driver.CreateQueuePair<int, Counter>(10, default);
        for (var i = 0; i < 10; i++)
            Assert.True(pair.TrySubmit(NvmCommands.Flush(new(1)), null, 0, 0, i));
        pair.Ring();

        int[] handled = [pair.Poll(3), pair.Poll(1), pair.Poll(100), pair.Poll(100)];

        Assert.Equal([3, 1, 6, 0], handled);
        Assert.Equal(10, pair.Handler.Completed);
    }

    private struct Counter : ICompletionHandler<int>
    {
        public int Completed { get; private set; }

        public void OnCompletion(in CompletionEntry completion, int state) => Completed++;

        public readonly void OnAbandoned(int state)
        {
        }
    }
}
