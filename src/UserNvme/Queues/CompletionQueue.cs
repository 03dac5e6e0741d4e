#pragma warning disable RS0030 // A ring file: the phase is read from memory that the device writes.
using System.Runtime.CompilerServices;
using UserNvme.Spec;
using UserNvme.Transports;

namespace UserNvme.Queues;

/// <summary>
/// The host's end of one completion queue: a ring of 16-byte entries that the controller writes, new ones told by their phase tag
/// (NVMe Base 2.0, 3.3.3.2.1). Not thread-safe: the owner of the queue pair is the only caller.
/// </summary>
internal unsafe struct CompletionQueue
{
    // In the second half of an entry, as one 64-bit word.
    private const int PhaseBit = 48;

    private readonly CompletionEntry* _entries;
    private readonly uint _size;
    private uint _head;
    private uint _phase;
    private QueueDoorbell _doorbell;

    /// <summary>How many times the doorbell register was written.</summary>
    public readonly long Rings => _doorbell.Writes;

    public CompletionQueue(nint entries, int size)
    {
        _entries = (CompletionEntry*)entries;
        _size = (uint)size;
    }

    /// <summary>Starts over as the controller does when the queue is created. Entries of an earlier life would look like completions: all are zeroed.</summary>
    public void Reset(Doorbell doorbell)
    {
        new Span<byte>(_entries, checked((int)_size * sizeof(CompletionEntry))).Clear();
        _doorbell.Reset(doorbell);
        _head = 0;
        _phase = 1;
    }

    /// <summary>Copies the next new entry, if there is one. The device cannot change what the copy says.</summary>
    /// <param name="completion">The copy.</param>
    /// <param name="words">Its second half again, in a register: head, queue, identifier, phase and status.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(out CompletionEntry completion, out ulong words)
    {
        var halves = (ulong*)(_entries + _head);
        // Everything that is checked in one load: read apart it could belong to two completions. Its acquire order keeps the first half from
        // being read before the phase.
        words = Volatile.Read(ref halves[1]);
        Unsafe.SkipInit(out completion);
        if (((uint)(words >> PhaseBit) & 1) != _phase) return false;
        var copy = (ulong*)Unsafe.AsPointer(ref completion);
        copy[0] = halves[0];
        copy[1] = words;
        if (++_head == _size)
        {
            _head = 0;
            _phase ^= 1;
        }

        return true;
    }

    /// <summary>Gives all taken entries back to the controller; a single 32-bit store, none if nothing was taken.</summary>
    public void Ring() => _doorbell.Tell(_head);

    /// <summary>The first half of <see cref="Ring"/> for a doorbell that has a shadow.</summary>
    /// <returns>For the second half, which comes behind a barrier.</returns>
    public uint StoreShadow() => _doorbell.StoreShadow(_head);

    /// <summary>The second half.</summary>
    public void WriteIfAwaited(uint before) => _doorbell.WriteIfAwaited(before, _size);
}
