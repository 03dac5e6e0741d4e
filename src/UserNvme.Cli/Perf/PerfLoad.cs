using System.Diagnostics;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Cli.Perf;

/// <summary>
/// The load that one core puts on one namespace through a queue pair of its own: keeps the wanted number of transfers in flight,
/// and starts the next one as one ends. All members but the counters are for the thread that polls.
/// </summary>
internal sealed class PerfLoad : IDisposable
{
    private readonly PerfTarget _target;
    private readonly PerfSlot[] _slots;
    private readonly int _blockSize;
    private readonly QueuePair<int, PerfCompletionHandler> _pair;
    private OffsetSequence _offsets;
    private bool _measuring;
    private bool _stopping;
    private long _now;
    private long _startedAt;

    public PerfLoad(PerfTarget target, PerfSettings settings, int core, int index)
    {
        _target = target;
        Core = core;
        _blockSize = target.Namespace.BlockSize;
        var first = target.IoCount / (ulong)settings.Cores.Count * (ulong)index;
        _offsets = new OffsetSequence(target.IoCount, settings.Pattern.IsRandom, settings.ReadPercent, first, seed: (ulong)core + 1);
        _slots = new PerfSlot[settings.QueueDepth];
        _pair = target.Controller.CreateQueuePair<int, PerfCompletionHandler>((int)target.QueueDepth, new PerfCompletionHandler(this));
        var data = new Random(core);
        foreach (ref var slot in _slots.AsSpan())
        {
            slot.Buffer = target.Controller.Heap.Rent(settings.IoSize);
            if (settings.Writes)
                data.NextBytes(slot.Buffer.Memory.Span);
        }
    }

    public PerfTarget Target => _target;

    public int Core { get; }

    public LatencyHistogram Reads { get; } = new();

    public LatencyHistogram Writes { get; } = new();

    /// <summary>Transfers that failed since the start, warm-up included.</summary>
    public long Errors { get; private set; }

    /// <summary>The first failure; null while there was none.</summary>
    public NvmeException? FirstError { get; private set; }

    /// <summary>How long was measured.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Whether all is over: stopped with nothing in flight.</summary>
    public bool IsDrained => _stopping && _pair.InFlight == 0;

    /// <summary>Whether the controller was reset or lost, so that nothing will complete any more.</summary>
    public bool IsClosed => !_pair.IsOpen;

    /// <summary>Fills the queue.</summary>
    public void Start()
    {
        _now = Stopwatch.GetTimestamp();
        for (var i = 0; i < _slots.Length; i++)
            Submit(i);
    }

    /// <summary>Handles what completed, and starts as much anew.</summary>
    /// <returns>How many commands completed.</returns>
    public int Step()
    {
        _now = 0;
        return _pair.Poll();
    }

    /// <summary>From here on transfers are counted.</summary>
    public void BeginMeasuring()
    {
        Reads.Clear();
        Writes.Clear();
        _measuring = true;
        _startedAt = Stopwatch.GetTimestamp();
    }

    /// <summary>From here on transfers are not counted and no more are started.</summary>
    public void EndMeasuring()
    {
        if (_measuring)
            Elapsed = Stopwatch.GetElapsedTime(_startedAt);
        _measuring = false;
        _stopping = true;
    }

    public void Complete(int index, NvmeStatus status)
    {
        ref var slot = ref _slots[index];
        if (!status.IsSuccess)
            Fail(ref slot, CommandFate.Completed, status);
        End(ref slot, index);
    }

    public void Abandon(int index)
    {
        Fail(ref _slots[index], CommandFate.Unknown, default);
        End(ref _slots[index], index);
    }

    public void Dispose()
    {
        _pair.Dispose();
        foreach (ref var slot in _slots.AsSpan())
            ((IDisposable)slot.Buffer).Dispose();
    }

    private void End(ref PerfSlot slot, int index)
    {
        if (--slot.Outstanding > 0)
            return;

        // One reading of the clock serves all completions of a poll, and the submissions that follow from them.
        if (_now == 0)
            _now = Stopwatch.GetTimestamp();
        if (slot.Failed)
            Errors++;
        else if (_measuring)
            (slot.IsWrite ? Writes : Reads).Record(_now - slot.SubmittedAt);
        if (!_stopping && _pair.IsOpen)
            Submit(index);
    }

    private void Submit(int index)
    {
        ref var slot = ref _slots[index];
        slot.IsWrite = _offsets.NextIsWrite();
        slot.Failed = false;
        slot.SubmittedAt = _now;
        slot.Outstanding = _target.CommandsPerIo;
        var start = _offsets.NextPlace() * (ulong)_target.BlocksPerIo;
        for (var done = 0; done < _target.BlocksPerIo; done += _target.BlocksPerCommand)
        {
            var blocks = Math.Min(_target.BlocksPerCommand, _target.BlocksPerIo - done);
            var lba = new Lba(start + (ulong)done);
            var command = slot.IsWrite
                ? NvmCommands.Write(_target.Namespace.Id, lba, blocks)
                : NvmCommands.Read(_target.Namespace.Id, lba, blocks);
            if (!_pair.TrySubmit(in command, slot.Buffer, done * _blockSize, blocks * _blockSize, index))
                throw new InvalidOperationException("The queue is full although it was made for this many commands.");
        }
    }

    private void Fail(ref PerfSlot slot, CommandFate fate, NvmeStatus status)
    {
        slot.Failed = true;
        var what = slot.IsWrite ? "A write to" : "A read of";
        var how = fate == CommandFate.Completed
            ? $"failed: {status}"
            : "was not answered before the controller was reset; whether it took effect is unknown";
        FirstError ??= new NvmeException($"{what} namespace {_target.Namespace.Id} of {_target.Controller.Address} {how}.", fate, status)
        {
            Address = _target.Controller.Address,
            NamespaceId = _target.Namespace.Id,
            Opcode = (byte)(slot.IsWrite ? NvmOpcode.Write : NvmOpcode.Read),
        };
    }
}
