using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Block;

/// <content>Operations whose memory the device cannot reach, or that need memory of their own: copied through rented DMA memory.</content>
public sealed partial class NvmeBlockDevice
{
    // What one copy moves: large enough that the copy decides and not the round trips.
    private const int BounceBytes = 1 << 20;

    /// <inheritdoc/>
    public async ValueTask DeallocateAsync(long offset, long length, CancellationToken cancellationToken = default)
    {
        CheckRange(offset, length);
        if (!Info.SupportsDeallocate) throw new NotSupportedException($"{Name} does not support Dataset Management.");
        var lba = Block(offset);
        var left = Block(length);
        // Some controllers read all 256 ranges whatever the count says (trap P20).
        using var list = _controller.RentBuffer(DatasetManagementRange.MaxPerCommand * Unsafe.SizeOf<DatasetManagementRange>());
        while (left != 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var ranges = FillRanges(MemoryMarshal.Cast<byte, DatasetManagementRange>(list.Memory.Span), ref lba, ref left, out var first);
            var request = Rent();
            AddOrReturn(request, list, 0, list.Length);
            await request.Start(NvmCommand.Of(NvmCommands.DatasetManagement(_namespace.Id, ranges)), first, 1, cancellationToken).ConfigureAwait(false);
        }
    }

    private int FillRanges(Span<DatasetManagementRange> ranges, ref ulong lba, ref ulong left, out ulong first)
    {
        ranges.Clear();
        first = lba;
        var count = 0;
        var budget = Limits.DeallocateBlocks;
        while (left != 0 && count < Limits.DeallocateRanges && budget != 0)
        {
            var blocks = (uint)Math.Min(Math.Min(left, Limits.DeallocateRangeBlocks), budget);
            ranges[count++] = new DatasetManagementRange(new Lba(lba), blocks);
            lba += blocks;
            left -= blocks;
            budget -= blocks;
        }

        return count;
    }

    private async ValueTask ReadBouncedAsync(IReadOnlyList<Memory<byte>> destinations, long offset, CancellationToken cancellationToken)
    {
        var total = destinations.Sum(d => (long)d.Length);
        using var bounce = _controller.RentBuffer(BounceLength(total));
        var cursor = (Piece: 0, Offset: 0);
        for (long done = 0; done < total;)
        {
            var step = (int)Math.Min(bounce.Length / Info.BlockSize * Info.BlockSize, total - done);
            await Transfer(NvmOpcode.Read, bounce, 0, step, offset + done, false, cancellationToken).ConfigureAwait(false);
            for (var copied = 0; copied < step;)
            {
                var target = destinations[cursor.Piece][cursor.Offset..];
                var length = Math.Min(target.Length, step - copied);
                bounce.Memory.Slice(copied, length).CopyTo(target);
                copied += length;
                cursor = length == target.Length ? (cursor.Piece + 1, 0) : (cursor.Piece, cursor.Offset + length);
            }

            done += step;
        }
    }

    private async ValueTask WriteBouncedAsync(IReadOnlyList<ReadOnlyMemory<byte>> sources, long offset, bool forceUnitAccess, CancellationToken cancellationToken)
    {
        var total = TotalLength(sources);
        using var bounce = _controller.RentBuffer(BounceLength(total));
        var cursor = (Piece: 0, Offset: 0);
        for (long done = 0; done < total;)
        {
            var step = (int)Math.Min(bounce.Length / Info.BlockSize * Info.BlockSize, total - done);
            for (var copied = 0; copied < step;)
            {
                var source = sources[cursor.Piece][cursor.Offset..];
                var length = Math.Min(source.Length, step - copied);
                source[..length].CopyTo(bounce.Memory.Slice(copied, length));
                copied += length;
                cursor = length == source.Length ? (cursor.Piece + 1, 0) : (cursor.Piece, cursor.Offset + length);
            }

            await Transfer(NvmOpcode.Write, bounce, 0, step, offset + done, forceUnitAccess, cancellationToken).ConfigureAwait(false);
            done += step;
        }
    }

    private int BounceLength(long total) => (int)Math.Min(total, Math.Max(BounceBytes, Info.BlockSize));
}
