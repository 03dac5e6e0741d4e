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
    private QueueDoorbell _doorbell;

    /// <summary>Whether <see cref="StoreShadow"/> and <see cref="WriteIfAwaited"/> take the place of <see cref="Ring"/>.</summary>
    public readonly bool HasShadow => _doorbell.HasShadow;

    /// <summary>How many times the doorbell register was written.</summary>
    public readonly long Rings => _doorbell.Writes;

    public SubmissionQueue(nint entries, int size)
    {
        _entries = (SubmissionEntry*)entries;
        _size = (uint)size;
    }

    /// <summary>Starts over as the controller does when the queue is created.</summary>
    public void Reset(Doorbell doorbell)
    {
        _doorbell.Reset(doorbell);
        _tail = 0;
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
    public void Ring() => _doorbell.Tell(_tail);

    /// <summary>The first half of <see cref="Ring"/> for a doorbell that has a shadow.</summary>
    /// <returns>For the second half, which comes behind a barrier.</returns>
    public uint StoreShadow() => _doorbell.StoreShadow(_tail);

    /// <summary>The second half.</summary>
    public void WriteIfAwaited(uint before) => _doorbell.WriteIfAwaited(before, _size);
}
