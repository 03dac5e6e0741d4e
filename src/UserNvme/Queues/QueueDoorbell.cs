using System.Runtime.CompilerServices;
using UserNvme.Transports;

namespace UserNvme.Queues;

/// <summary>
/// One queue's doorbell, and what the controller was told by it last. Where it has a shadow (NVMe Base 2.0, 5.8), telling is two halves with a
/// full barrier between them, which both queues of a pair share. Not thread-safe: the owner of the queue pair is the only caller.
/// </summary>
internal struct QueueDoorbell
{
    private Doorbell _doorbell;
    private uint _told;

    /// <summary>How many times the register was written.</summary>
    public long Writes { get; private set; }

    /// <summary>Whether <see cref="StoreShadow"/> and <see cref="WriteIfAwaited"/> take the place of <see cref="Tell"/>.</summary>
    public readonly bool HasShadow => _doorbell.HasShadow;

    /// <summary>Starts over as the controller does when the queue is created.</summary>
    public void Reset(Doorbell doorbell)
    {
        _doorbell = doorbell;
        _told = 0;
    }

    /// <summary>Writes the register if the value is news.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Tell(uint value)
    {
        if (value == _told) return;
        _told = value;
        Writes++;
        _doorbell.Write(value);
    }

    /// <summary>Stores the value in the shadow if it is news.</summary>
    /// <returns>What the shadow held before.</returns>
    public uint StoreShadow(uint value)
    {
        var before = _told;
        if (value == before) return before;
        _told = value;
        _doorbell.WriteShadow(value);
        return before;
    }

    /// <summary>Writes the register if the controller waits for that: a full barrier after <see cref="StoreShadow"/>.</summary>
    /// <param name="before">What <see cref="StoreShadow"/> returned.</param>
    /// <param name="size">Entries of the queue.</param>
    public void WriteIfAwaited(uint before, uint size)
    {
        if (before == _told || !IsAwaited(_doorbell.EventIndex, before, _told, size)) return;
        Writes++;
        _doorbell.Write(_told);
    }

    /// <summary>
    /// Whether a step of a ring's index passes the place that the controller wants to be told of: it leaves that place behind. In 16 bits, as the
    /// index wraps: where it does at the queue's end, the places between there and 65536 are passed as well, and none of them is in the queue.
    /// </summary>
    /// <param name="eventIndex">The place. One outside the queue is never passed: controllers that poll say so by it.</param>
    /// <param name="before">The index before the step.</param>
    /// <param name="now">The index after it.</param>
    /// <param name="size">Entries of the queue, 2 to 65536.</param>
    public static bool IsAwaited(uint eventIndex, uint before, uint now, uint size) =>
        eventIndex < size && (ushort)(eventIndex - before) < (ushort)(now - before);
}
