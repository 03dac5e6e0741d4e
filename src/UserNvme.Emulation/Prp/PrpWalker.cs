#pragma warning disable RS0030 // PRP lists are device-shared memory: each entry is read once.
using System.Runtime.CompilerServices;
using UserNvme.Emulation.Dma;
using UserNvme.Spec;

namespace UserNvme.Emulation.Prp;

/// <summary>
/// Turns a command's PRP entries into pieces of the host's memory (NVMe Base 2.0, 4.1.1), with all checks done before any data moves.
/// Pieces that lie behind each other become one.
/// </summary>
internal sealed unsafe class PrpWalker(DeviceMemory memory)
{
    private Segment[] _segments = new Segment[64];
    private int _count;
    private ulong _pageSize = 4096;
    private DmaDirection _direction;

    /// <summary>The memory page size of CC.MPS in bytes.</summary>
    public ulong PageSize
    {
        get => _pageSize;
        set => _pageSize = value;
    }

    /// <summary>The pieces of the last walk, in order.</summary>
    public ReadOnlySpan<Segment> Segments => _segments.AsSpan(0, _count);

    /// <summary>The IOVA that was not mapped, after a walk that ended with Data Transfer Error.</summary>
    public ulong FaultAddress { get; private set; }

    /// <summary>The bytes that were wanted there.</summary>
    public ulong FaultLength { get; private set; }

    /// <summary>Whether the address that was not mapped was to be read as a PRP list.</summary>
    public bool FaultInList { get; private set; }

    /// <summary>Walks the PRPs of a transfer.</summary>
    /// <param name="prp1">PRP entry 1.</param>
    /// <param name="prp2">PRP entry 2.</param>
    /// <param name="length">Bytes of the transfer, 1 or more.</param>
    /// <param name="direction">Which way the data goes.</param>
    public NvmeStatus Walk(ulong prp1, ulong prp2, ulong length, DmaDirection direction)
    {
        _count = 0;
        _direction = direction;
        FaultInList = false;
        var pageMask = _pageSize - 1;
        if ((prp1 & 3) != 0) return DeviceStatus.PrpOffsetInvalid;
        var first = Math.Min(length, _pageSize - (prp1 & pageMask));
        if (!Add(prp1, first)) return DeviceStatus.DataTransferError;
        length -= first;
        if (length == 0) return NvmeStatus.Success;
        if (length > _pageSize) return WalkList(prp2, length);
        if ((prp2 & pageMask) != 0) return DeviceStatus.PrpOffsetInvalid;
        return Add(prp2, length) ? NvmeStatus.Success : DeviceStatus.DataTransferError;
    }

    private NvmeStatus WalkList(ulong list, ulong length)
    {
        var pageMask = _pageSize - 1;

        // Only the first list may start inside a page; those it leads to fill theirs.
        if ((list & 7) != 0) return DeviceStatus.PrpOffsetInvalid;
        while (true)
        {
            var entriesInPage = (int)((_pageSize - (list & pageMask)) / 8);
            var entriesLeft = (long)((length + pageMask) / _pageSize);
            var chained = entriesLeft > entriesInPage;
            var dataEntries = chained ? entriesInPage - 1 : (int)entriesLeft;
            var entries = (ulong*)memory.TranslateWhole(list, (ulong)(chained ? entriesInPage : dataEntries) * 8, DmaDirection.Read);
            for (var i = 0; i < dataEntries; i++)
            {
                if (!TryReadEntry(list, entries, i, out var entry)) return DeviceStatus.DataTransferError;
                if ((entry & pageMask) != 0) return DeviceStatus.PrpOffsetInvalid;
                var piece = Math.Min(length, _pageSize);
                if (!Add(entry, piece)) return DeviceStatus.DataTransferError;
                length -= piece;
            }

            if (!chained) return NvmeStatus.Success;
            if (!TryReadEntry(list, entries, dataEntries, out list)) return DeviceStatus.DataTransferError;
            if ((list & pageMask) != 0) return DeviceStatus.PrpOffsetInvalid;
        }
    }

    private bool TryReadEntry(ulong list, ulong* entries, int index, out ulong entry)
    {
        // A list that is not in one piece here, or not mapped to its end, is read entry by entry.
        var place = entries != null ? entries + index : (ulong*)memory.TranslateWhole(list + (ulong)index * 8, 8, DmaDirection.Read);
        if (place == null)
        {
            FaultInList = true;
            Fault(list + (ulong)index * 8, 8);
            entry = 0;
            return false;
        }

        entry = Volatile.Read(ref *place);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Add(ulong iova, ulong length)
    {
        // A memory page of more than 4 KiB may be put together from several mappings.
        do
        {
            var address = memory.Translate(iova, length, _direction, out var available);
            if (address == null)
            {
                Fault(iova, length);
                return false;
            }

            Append(address, (long)available);
            iova += available;
            length -= available;
        }
        while (length > 0);
        return true;
    }

    private void Append(byte* address, long length)
    {
        if (_count > 0)
        {
            ref var last = ref _segments[_count - 1];
            if (last.Address + last.Length == address)
            {
                last = new Segment(last.Address, last.Length + length);
                return;
            }
        }

        if (_count == _segments.Length)
            Array.Resize(ref _segments, _count * 2);
        _segments[_count++] = new Segment(address, length);
    }

    private void Fault(ulong iova, ulong length)
    {
        FaultAddress = iova;
        FaultLength = length;
    }
}
