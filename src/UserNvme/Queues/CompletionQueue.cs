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
    private const int StatusDword = 3;
    private const int PhaseBit = 16;

    private readonly CompletionEntry* _entries;
    private readonly uint _size;
    private uint _head;
    private uint _phase;
    private uint _rungHead;
    private Doorbell _doorbell;

    public CompletionQueue(nint entries, int size)
    {
        _entries = (CompletionEntry*)entries;
        _size = (uint)size;
    }

    /// <summary>Starts over as the controller does when the queue is created. Entries of an earlier life would look like completions: all are zeroed.</summary>
    public void Reset(Doorbell doorbell)
    {
        new Span<byte>(_entries, checked((int)_size * sizeof(CompletionEntry))).Clear();
        _doorbell = doorbell;
        _head = _rungHead = 0;
        _phase = 1;
    }

    /// <summary>Copies the next new entry, if there is one. The device cannot change what the copy says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(out CompletionEntry completion)
    {
        var dwords = (uint*)(_entries + _head);
        // Command identifier, phase and status in one load: read apart they could belong to two completions. Its acquire order keeps
        // the other dwords from being read before the phase.
        var last = Volatile.Read(ref dwords[StatusDword]);
        if (((last >> PhaseBit) & 1) != _phase)
        {
            Unsafe.SkipInit(out completion);
            return false;
        }

        Unsafe.SkipInit(out completion);
        var copy = (uint*)Unsafe.AsPointer(ref completion);
        copy[0] = dwords[0];
        copy[1] = dwords[1];
        copy[2] = dwords[2];
        copy[StatusDword] = last;
        if (++_head == _size)
        {
            _head = 0;
            _phase ^= 1;
        }

        return true;
    }

    /// <summary>Gives all taken entries back to the controller; a single 32-bit store, none if nothing was taken.</summary>
    public void Ring()
    {
        if (_head == _rungHead) return;
        _rungHead = _head;
        _doorbell.Write(_head);
    }
}
