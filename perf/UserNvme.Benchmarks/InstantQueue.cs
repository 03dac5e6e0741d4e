using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;
using UserNvme.Transports;

namespace UserNvme.Benchmarks;

/// <summary>
/// The other end of one queue pair that completes every command while its doorbell is rung, and moves no data: what is left to measure is
/// the driver. Not a controller: see UserNvme.Emulation for one.
/// </summary>
internal sealed unsafe class InstantQueue : IDoorbellSink
{
    private const int SubmissionDoorbell = 0;
    private const int CompletionDoorbell = 4;
    private const int PhaseBit = 16;

    private readonly SubmissionEntry* _submissions;
    private readonly CompletionEntry* _completions;
    private readonly uint _entries;
    private readonly uint _queue;
    private uint _head;
    private uint _tail;
    private uint _phase = 1;

    private InstantQueue(QueuePair pair, Func<Iova, nint> addressOf)
    {
        _entries = (uint)pair.Settings.Entries;
        _queue = (uint)pair.Id.Value << 16;
        _submissions = (SubmissionEntry*)addressOf(pair.SubmissionRing);
        _completions = (CompletionEntry*)addressOf(pair.CompletionRing);
    }

    /// <summary>Opens a queue pair with this at its other end. On the thread that owns the pair.</summary>
    /// <param name="pair">The pair; what had it before is not told.</param>
    /// <param name="addressOf">Where an IOVA of the rings is in this process.</param>
    public static void Open(QueuePair pair, Func<Iova, nint> addressOf)
    {
        var queue = new InstantQueue(pair, addressOf);
        pair.Open(new Doorbell(queue, SubmissionDoorbell), new Doorbell(queue, CompletionDoorbell));
    }

    public void Ring(int offset, uint value)
    {
        if (offset != SubmissionDoorbell) return;
        // In registers: this end's own cost is in every figure.
        var (head, tail, phase) = (_head, _tail, _phase);
        while (head != value)
        {
            var command = _submissions[head].CommandId;
            if (++head == _entries) head = 0;
            var entry = (ulong*)(_completions + tail);
            entry[0] = 0;
            entry[1] = head | _queue | ((ulong)(command | (phase << PhaseBit)) << 32);
            if (++tail != _entries) continue;
            tail = 0;
            phase ^= 1;
        }

        (_head, _tail, _phase) = (head, tail, phase);
    }
}
