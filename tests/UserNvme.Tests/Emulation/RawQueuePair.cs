using UserNvme.Spec;
using UserNvme.Transports;

namespace UserNvme.Tests.Emulation;

/// <summary>A queue pair in its simplest form: one entry in, one entry out, by the letter of the specification.</summary>
internal sealed unsafe class RawQueuePair(NvmeTransport transport, ushort id, RawBuffer submission, RawBuffer completion, int stride = 0)
{
    private readonly Doorbell _tailDoorbell = transport.GetDoorbell(0x1000 + (2 * id * (4 << stride)));
    private readonly Doorbell _headDoorbell = transport.GetDoorbell(0x1000 + ((2 * id + 1) * (4 << stride)));
    private int _tail;
    private int _head;
    private int _phase = 1;
    private ushort _nextCommandId;

    public ushort Id => id;

    public int Size => submission.Length / 64;

    public int CompletionSize => completion.Length / 16;

    public RawBuffer Submission => submission;

    public RawBuffer Completion => completion;

    /// <summary>Puts an entry into the ring without ringing.</summary>
    public ushort Put(SubmissionEntry entry)
    {
        entry.CommandId = _nextCommandId++;
        ((SubmissionEntry*)submission.Address)[_tail] = entry;
        _tail = (_tail + 1) % Size;
        return entry.CommandId;
    }

    public void Ring() => _tailDoorbell.Write((uint)_tail);

    public void RingTail(uint value) => _tailDoorbell.Write(value);

    public void RingHead(uint value) => _headDoorbell.Write(value);

    public ushort Submit(SubmissionEntry entry)
    {
        var commandId = Put(entry);
        Ring();
        return commandId;
    }

    /// <summary>Takes the next completion if there is one.</summary>
    public bool TryTake(out CompletionEntry entry, bool ringHead = true)
    {
        var place = (CompletionEntry*)completion.Address + _head;
        var last = Mmio.Read32((uint*)place + 3);
        entry = *place;
        if (((last >> 16) & 1) != _phase) return false;
        _head = (_head + 1) % CompletionSize;
        if (_head == 0)
            _phase ^= 1;
        if (ringHead)
            _headDoorbell.Write((uint)_head);
        return true;
    }

    /// <summary>Waits for the next completion: for ten seconds, which is forever for a controller in the same process.</summary>
    public CompletionEntry Take()
    {
        var start = Environment.TickCount64;
        CompletionEntry entry;
        while (!TryTake(out entry))
        {
            if (Environment.TickCount64 - start > 10_000)
                throw new TimeoutException($"Queue {id} got no completion.");
            Thread.Yield();
        }

        return entry;
    }

    public CompletionEntry Run(SubmissionEntry entry)
    {
        var commandId = Submit(entry);
        var completion = Take();
        Assert.Equal(commandId, completion.CommandId);
        Assert.Equal(id, completion.SubmissionQueueId);
        return completion;
    }
}
