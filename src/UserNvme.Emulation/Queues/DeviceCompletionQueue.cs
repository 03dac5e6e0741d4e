#pragma warning disable RS0030 // The controller's end of a completion ring.
using UserNvme.Emulation.Dma;
using UserNvme.Spec;

namespace UserNvme.Emulation.Queues;

/// <summary>
/// The controller's end of a completion queue: it posts entries with the phase tag last and never more than the host has room for
/// (NVMe Base 2.0, 3.3.1.2). What finds no room waits here.
/// </summary>
internal sealed unsafe class DeviceCompletionQueue(ushort id, ulong iova, int size, int vector, bool interrupts, DeviceDoorbell doorbell)
{
    private const int EntriesPerLine = 4;

    private readonly Queue<CompletionEntry> _waiting = new();
    private DeviceDoorbell _doorbell = doorbell;
    private readonly CompletionEntry[] _pending = new CompletionEntry[EntriesPerLine];
    private int _pendingCount;
    private int _firstPending;
    private DmaMappingTable? _table;
    private byte* _entries;
    private int _tail;
    private int _head;
    private int _phase = 1;

    /// <summary>The queue identifier.</summary>
    public ushort Id => id;

    /// <summary>Number of entries.</summary>
    public int Size => size;

    /// <summary>The interrupt vector.</summary>
    public int Vector => vector;

    /// <summary>The IOVA of the oldest entry that is not visible yet, or of the last ones that could not be stored.</summary>
    public ulong PendingAddress => iova + (ulong)_firstPending * 16;

    /// <summary>Whether the queue was created with interrupts.</summary>
    public bool Interrupts => interrupts;

    /// <summary>How many submission queues complete here.</summary>
    public int SubmissionQueues { get; set; }

    /// <summary>Entries were posted since the last interrupt.</summary>
    public bool InterruptDue { get; set; }

    /// <summary>Entries posted since the queue was created.</summary>
    public long Posted { get; private set; }

    /// <summary>Whether one more entry can be posted at once, as far as the doorbell was looked at.</summary>
    public bool HasRoom => _waiting.Count == 0 && Next(_tail) != _head;

    /// <summary>Entries that wait for room.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Looks at the doorbell.</summary>
    /// <param name="value">What it holds.</param>
    /// <returns>False where the value is invalid; it is ignored.</returns>
    public bool TakeDoorbell(out uint value)
    {
        value = _doorbell.Read((uint)_head);
        if (value == (uint)_head) return true;

        // The head may go up to the tail: beyond it the host would have consumed entries that were never posted.
        if (value >= (uint)size || Distance(_head, (int)value) > Distance(_head, _tail))
        {
            _doorbell.Ignore((uint)_head);
            return false;
        }

        _head = (int)value;
        return true;
    }

    /// <summary>
    /// Posts an entry, or keeps it until there is room. It may become visible no earlier than <see cref="Flush"/>. The phase tag in it is set
    /// here; bit 0 as given turns it round.
    /// </summary>
    /// <returns>False where the ring's memory cannot be reached.</returns>
    public bool Post(DeviceMemory memory, in CompletionEntry entry)
    {
        if (HasRoom)
            return Put(memory, entry);
        _waiting.Enqueue(entry);
        return true;
    }

    /// <summary>Posts what has waited and finds room now.</summary>
    /// <param name="memory">The way to the ring.</param>
    /// <param name="posted">Whether any was.</param>
    /// <returns>False where the ring's memory cannot be reached.</returns>
    public bool PostWaiting(DeviceMemory memory, out bool posted)
    {
        posted = false;
        while (_waiting.Count > 0 && Next(_tail) != _head)
        {
            posted = true;
            if (!Put(memory, _waiting.Dequeue())) return false;
        }

        return Flush(memory);
    }

    /// <summary>Makes all posted entries visible to the host.</summary>
    /// <returns>False where the ring's memory cannot be reached.</returns>
    public bool Flush(DeviceMemory memory)
    {
        if (_pendingCount == 0) return true;
        if (!ReferenceEquals(_table, memory.Table))
        {
            _entries = memory.TranslateLasting(iova, (ulong)size * 16, DmaDirection.Write);
            _table = memory.Table;
        }

        InterruptDue = true;
        var count = _pendingCount;
        _pendingCount = 0;
        if (_entries == null) return FlushOneByOne(memory, count);

        // The host looks at the oldest entry, so it comes last: all of them are there at once, and the line is not taken away in between.
        var place = (ulong*)(_entries + _firstPending * 16);
        for (var i = count - 1; i >= 0; i--)
            Store(place + (2 * i), _pending[i]);
        return true;
    }

    // Up to a cache line of entries is collected: the host, which polls that line, takes it away less often.
    private bool Put(DeviceMemory memory, in CompletionEntry entry)
    {
        if (_pendingCount == 0)
            _firstPending = _tail;
        ref var pending = ref _pending[_pendingCount++];
        pending = entry;
        pending.StatusAndPhase ^= (ushort)_phase;
        Posted++;
        _tail = Next(_tail);
        if (_tail == 0)
            _phase ^= 1;
        return _tail % EntriesPerLine != 0 || Flush(memory);
    }

    // A ring that is not in one piece in this process.
    private bool FlushOneByOne(DeviceMemory memory, int count)
    {
        for (var i = 0; i < count; i++)
        {
            memory.Unstage();
            var place = (ulong*)memory.TranslateWhole(iova + (ulong)((_firstPending + i) * 16), 16, DmaDirection.Write);
            if (place == null) return false;
            Store(place, _pending[i]);
            if (!memory.TryFlush(out _, out _)) return false;
        }

        return true;
    }

    // The phase tag comes with the last eight bytes, in one store.
    private static void Store(ulong* place, CompletionEntry entry)
    {
        var words = (ulong*)&entry;
        place[0] = words[0];
        Volatile.Write(ref place[1], words[1]);
    }

    private int Next(int index) => index + 1 == size ? 0 : index + 1;

    private int Distance(int from, int to) => to >= from ? to - from : to - from + size;
}
