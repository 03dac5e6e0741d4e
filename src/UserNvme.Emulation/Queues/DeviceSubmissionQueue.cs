using System.Runtime.Intrinsics.X86;
using UserNvme.Emulation.Dma;
using UserNvme.Spec;

namespace UserNvme.Emulation.Queues;

/// <summary>The controller's end of a submission queue: it fetches entries up to the tail that the host rang (NVMe Base 2.0, 3.3.1.1).</summary>
internal sealed unsafe class DeviceSubmissionQueue(ushort id, ulong iova, int size, DeviceCompletionQueue completions, DeviceDoorbell doorbell)
{
    private DeviceDoorbell _doorbell = doorbell;
    private DmaMappingTable? _table;
    private byte* _entries;
    private int _head;
    private int _tail;

    /// <summary>The queue identifier.</summary>
    public ushort Id => id;

    /// <summary>Number of entries.</summary>
    public int Size => size;

    /// <summary>Where its commands complete.</summary>
    public DeviceCompletionQueue Completions => completions;

    /// <summary>The next entry to fetch: what completions tell the host as SQHD.</summary>
    public ushort Head => (ushort)_head;

    /// <summary>The IOVA of the entry to fetch next.</summary>
    public ulong HeadAddress => iova + (ulong)_head * 64;

    /// <summary>Commands that were fetched and have not completed.</summary>
    public int InFlight { get; set; }

    /// <summary>Commands fetched since the queue was created.</summary>
    public long Fetched { get; private set; }

    /// <summary>False once the queue was deleted or the controller reset: its commands in flight must not complete any more.</summary>
    public bool IsAlive { get; set; } = true;

    /// <summary>Whether entries wait to be fetched.</summary>
    public bool HasEntries => _head != _tail;

    /// <summary>Whether the doorbell has to be looked at again though nothing was there.</summary>
    public bool IsLooking => _doorbell.IsLooking;

    /// <summary>Asks the processor for the next entries, all at once: each is in a cache line that another core wrote.</summary>
    /// <param name="most">How many at most.</param>
    public void Prefetch(int most)
    {
        if (_entries == null || !Sse.IsSupported) return;
        var index = _head;
        for (var left = Math.Min(most, Distance(_head, _tail)); left > 0; left--)
        {
            Sse.Prefetch0(_entries + index * 64);
            index = index + 1 == size ? 0 : index + 1;
        }
    }

    /// <summary>Looks at the doorbell.</summary>
    /// <param name="value">What it holds.</param>
    /// <returns>False where the value is invalid; it is ignored.</returns>
    public bool TakeDoorbell(out uint value)
    {
        value = _doorbell.Read((uint)_tail);
        if (value == (uint)_tail) return true;

        // A tail only moves forward and never past the head: if the ring seems to hold less than before, it was overrun.
        if (value >= (uint)size || Distance(_head, (int)value) < Distance(_head, _tail))
        {
            _doorbell.Ignore((uint)_tail);
            return false;
        }

        _tail = (int)value;
        return true;
    }

    /// <summary>Fetches the next entry: one copy, for the host may change the ring.</summary>
    /// <returns>False where the ring's memory cannot be reached.</returns>
    public bool Fetch(DeviceMemory memory, out SubmissionEntry entry)
    {
        if (!ReferenceEquals(_table, memory.Table))
        {
            _entries = memory.TranslateLasting(iova, (ulong)size * 64, DmaDirection.Read);
            _table = memory.Table;
        }

        var place = (SubmissionEntry*)(_entries != null ? _entries + _head * 64 : memory.TranslateWhole(HeadAddress, 64, DmaDirection.Read));
        if (place == null)
        {
            entry = default;
            return false;
        }

        entry = *place;
        _head = _head + 1 == size ? 0 : _head + 1;
        Fetched++;
        return true;
    }

    private int Distance(int from, int to) => to >= from ? to - from : to - from + size;
}
