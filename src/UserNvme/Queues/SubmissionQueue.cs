using UserNvme.Spec;
using UserNvme.Transports;

namespace UserNvme.Queues;

/// <summary>
/// The host's end of one submission queue: a ring of 64-byte entries that the controller fetches from (NVMe Base 2.0, 3.3.1).
/// Not thread-safe: the owner of the queue pair is the only caller.
/// </summary>
internal unsafe struct SubmissionQueue
{
    // Hot: touched for every command, kept within one cache line.
    private readonly SubmissionEntry* _entries;
    private readonly uint _size;
    private uint _tail;
    private uint _rungTail;
    private Doorbell _doorbell;

    /// <summary>How many times the doorbell was written.</summary>
    public long Rings { get; private set; }

    public SubmissionQueue(nint entries, int size)
    {
        _entries = (SubmissionEntry*)entries;
        _size = (uint)size;
    }

    /// <summary>Starts over as the controller does when the queue is created.</summary>
    public void Reset(Doorbell doorbell)
    {
        _doorbell = doorbell;
        _tail = _rungTail = 0;
    }

    /// <summary>The next free entry, to be filled in place. The caller holds a credit, so the ring is never full here.</summary>
    public ref SubmissionEntry Next()
    {
        ref var entry = ref _entries[_tail];
        // The size need not be a power of two: wrap by comparing.
        if (++_tail == _size) _tail = 0;
        return ref entry;
    }

    /// <summary>Tells the controller about all entries since the last call; a single 32-bit store, none if nothing is new.</summary>
    public void Ring()
    {
        if (_tail == _rungTail) return;
        _rungTail = _tail;
        Rings++;
        _doorbell.Write(_tail);
    }
}
