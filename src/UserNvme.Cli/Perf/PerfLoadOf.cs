using System.Diagnostics;
using System.Runtime.CompilerServices;
using UserNvme.Cli.Perf.Work;
using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Cli.Perf;

/// <summary>
/// A load as it runs. What it does and when it starts a transfer are structs, compiled in: a feature that is not asked for costs nothing per
/// transfer. Per poll that finds something the clock is read once, per poll that does not it is not read at all, except for --rate.
/// </summary>
internal sealed class PerfLoad<TWork, TPace> : PerfLoad
    where TWork : struct, IPerfWork<TWork>
    where TPace : struct, IPace<TPace>
{
    private readonly PerfAlarm _alarm;
    private readonly PerfSlot[] _slots;
    private readonly CommandPlacer _placer;
    private readonly QueuePair<int, PerfCompletionHandler<TWork, TPace>> _pair;
    private readonly LatencyHistogram[] _latencies;
    private readonly NamespaceId _namespace;
    private readonly bool _isOneCommand;
    private readonly int _blocks;
    private readonly int _bytes;
    private readonly int _mostPerPoll;
    private readonly long _limit;
#pragma warning disable IDE0044 // Structs that change: read-only fields would be copied at each call.
    private TWork _work;
    private TPace _pace;
#pragma warning restore IDE0044
    private bool _measuring;
    private bool _readingBack;
    private long _left;
    private long _now;
    private long _startedAt;

    public PerfLoad(PerfTarget target, PerfSettings settings, LoadShare share, PerfAlarm alarm)
        : base(target, share)
    {
        _alarm = alarm;
        _latencies = Latencies;
        _namespace = target.Namespace.Id;
        _isOneCommand = target.CommandsPerIo == 1;
        _blocks = target.BlocksPerIo;
        _bytes = settings.IoSize;
        _limit = IoLimit.Part(settings.Limit.Of(target.IoCount), share.Pair, settings.QueuePairs);
        // No more slots than transfers: those of the warm-up that are still in flight count too.
        var slots = (int)Math.Min(_limit, IoLimit.Part(settings.QueueDepth, share.Pair, settings.QueuePairs));
        _left = settings.WarmUp > TimeSpan.Zero ? long.MaxValue : _limit;
        _slots = new PerfSlot[slots];
        _mostPerPoll = settings.MaxCompletions;
        _work = TWork.Create(target, settings, share, slots);
        _pace = TPace.Create(settings, share, slots);
        _placer = new CommandPlacer(target, settings, slots);
        _pair = target.Controller.CreateQueuePair<int, PerfCompletionHandler<TWork, TPace>>(
            target.PairDepth(settings), new PerfCompletionHandler<TWork, TPace>(this));
        var data = new Random(share.Number);
        foreach (ref var slot in _slots.AsSpan())
        {
            slot.Buffer = target.Controller.Heap.Rent((int)_placer.Layout.Bytes, target.Controller.PageSize);
            if (settings.Writes)
                data.NextBytes(slot.Buffer.Memory.Span);
        }
    }

    public override bool IsOver => _pair.InFlight == 0 && (_left <= 0 || !_pair.IsOpen);

    public override void Start()
    {
        _now = Stopwatch.GetTimestamp();
        if (TPace.IsByClock)
        {
            _pace.Begin(_now);
            return;
        }

        for (var i = 0; i < _slots.Length; i++)
            TryStart(i, _now);
    }

    /// <summary>Handles what completed, and starts what is to follow.</summary>
    /// <returns>How many commands completed.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Step()
    {
        if (TPace.IsByClock)
            StartWhatIsDue();
        _now = 0;
        Polls++;
        var handled = _mostPerPoll == 0 ? _pair.PollPiece() : _pair.Poll(_mostPerPoll);
        if (handled != 0)
            BusyPolls++;
        return handled;
    }

    public override void BeginMeasuring()
    {
        foreach (var latency in Latencies)
            latency.Clear();
        Polls = BusyPolls = 0;
        (SubmissionDoorbells, CompletionDoorbells) = (_pair.SubmissionDoorbellWrites, _pair.CompletionDoorbellWrites);
        if (_left > _limit)
            _left = Math.Max(0, _limit - _slots.Count(slot => slot.Outstanding > 0));
        _pace.BeginMeasuring();
        _measuring = true;
        _startedAt = Stopwatch.GetTimestamp();
    }

    public override void EndMeasuring()
    {
        if (_measuring)
            CloseFigures(Stopwatch.GetTimestamp());
        Stop();
    }

    public override void BeginReadBack()
    {
        _work.BeginReadBack();
        _readingBack = true;
        _left = long.MaxValue;
        _now = Stopwatch.GetTimestamp();
        for (var i = 0; i < _slots.Length; i++)
            TryStart(i, _now);
    }

    public override void Stop() => _left = 0;

    public void Complete(int index, NvmeStatus status)
    {
        ref var slot = ref _slots[index];
        if (!TWork.IsPlain)
            _placer.Completed(in slot);
        if (!status.IsSuccess)
            Fail(ref slot, CommandFate.Completed, status);
        if (--slot.Outstanding == 0)
            End(ref slot, index);
    }

    public void Abandon(int index)
    {
        ref var slot = ref _slots[index];
        Fail(ref slot, CommandFate.Unknown, default);
        if (--slot.Outstanding == 0)
            End(ref slot, index);
    }

    public override void Dispose()
    {
        _pair.Dispose();
        _placer.Dispose();
        foreach (ref var slot in _slots.AsSpan())
        {
            // What a command may still hold, after a controller that could not be stopped, is never handed out again.
            if (slot.Buffer.Leases == 0)
                ((IDisposable)slot.Buffer).Dispose();
        }
    }

    private void End(ref PerfSlot slot, int index)
    {
        // One reading of the clock serves all completions of a poll, and the submissions that follow from them.
        if (_now == 0)
            _now = Stopwatch.GetTimestamp();
        if (slot.Failed)
            Errors++;
        else if (_measuring)
            _latencies[(int)slot.Kind].Record(_now - slot.SubmittedAt);
        if (!TWork.IsPlain && !_work.Ended(index, ref slot))
            Alarm();
        if (TPace.IsByClock && !_readingBack)
            _pace.GiveBack(index);
        else if (TryStart(index, _now))
            return;
        if (_measuring && IsOver)
            CloseFigures(_now);
    }

    private void StartWhatIsDue()
    {
        if (_readingBack || _left <= 0)
            return;
        var now = Stopwatch.GetTimestamp();
        while (_left > 0 && _pace.TryTakeDue(now, out var index, out var due))
        {
            if (TryStart(index, due))
                continue;
            _pace.GiveBack(index);
            return;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryStart(int index, long at)
    {
        if (_left <= 0 || !_pair.IsOpen)
            return false;
        ref var slot = ref _slots[index];
        if (!_work.TryNext(index, ref slot, out var place))
        {
            _left = 0;
            return false;
        }

        _left--;
        slot.Failed = false;
        slot.SubmittedAt = at;
        if (TWork.IsPlain && _isOneCommand)
        {
            slot.Outstanding = 1;
            var lba = new Lba(place * (uint)_blocks);
            var command = slot.Kind == TransferKind.Write ? NvmCommands.Write(_namespace, lba, _blocks) : NvmCommands.Read(_namespace, lba, _blocks);
            if (!_pair.TrySubmit(in command, slot.Buffer, 0, _bytes, index))
                CommandPlacer.ThrowFull();
            return true;
        }

        if (!TWork.IsPlain)
            _work.Prepare(index, ref slot);
        _placer.Place(_pair, index, ref slot, place);
        return true;
    }

    private void CloseFigures(long now)
    {
        _measuring = false;
        SubmissionDoorbells = _pair.SubmissionDoorbellWrites - SubmissionDoorbells;
        CompletionDoorbells = _pair.CompletionDoorbellWrites - CompletionDoorbells;
        Elapsed = TimeSpan.FromSeconds((now - _startedAt) / (double)Stopwatch.Frequency);
        // After the last transfer of -d nothing is due.
        Pace = _pace.Report(_left > 0 ? now : 0);
    }

    private void Alarm()
    {
        if (_alarm.Raise())
            Stop();
    }

    private void Fail(ref PerfSlot slot, CommandFate fate, NvmeStatus status)
    {
        slot.Failed = true;
        var how = fate == CommandFate.Completed
            ? $"failed: {status}"
            : "was not answered before the controller was reset; whether it took effect is unknown";
        var text = $"{slot.Kind.Phrase()} namespace {Target.Namespace.Id} of {Target.Controller.Address} {how}.";
        LastError = new NvmeException(text, fate, status)
        {
            Address = Target.Controller.Address,
            NamespaceId = Target.Namespace.Id,
            Opcode = (byte)CommandPlacer.OpcodeOf(slot.Kind),
        };
        FirstError ??= LastError;
        Alarm();
    }
}
