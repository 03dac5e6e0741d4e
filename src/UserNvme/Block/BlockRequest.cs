using System.Threading.Tasks.Sources;
using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Block;

/// <summary>
/// One operation on a block device and the awaitable that its caller holds. Pooled: a life starts with Start… and ends when the
/// caller has taken the result. The leases on the caller's buffers are its own from start to <see cref="Complete"/>, whatever the
/// caller does with its task (rule 1).
/// </summary>
internal sealed class BlockRequest : IoRequest, IValueTaskSource
{
    private const int SingleSegment = 1;

    private readonly NvmeBlockDevice _device;
    private readonly CancelItem _cancelItem;
    private DeliverItem? _deliverItem;
    private Reactor? _home;
    private ManualResetValueTaskSourceCore<bool> _source;
    private SubmissionEntry _template;
    private ulong _lba;
    private ulong _blocksLeft;
    private int _nextBlocks;
    private DataSegment[] _segments = new DataSegment[SingleSegment];
    private PrpPiece[] _pieces = new PrpPiece[SingleSegment];
    private int _segmentCount;
    private int _segment;
    private int _segmentOffset;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private volatile bool _cancelPosted;
    private bool _cancelItemRan;
    private bool _completeAfterCancelItem;

    public BlockRequest(NvmeBlockDevice device)
    {
        _device = device;
        _cancelItem = new CancelItem(this);
    }

    public short Version => _source.Version;

    private protected override bool HasMore => _blocksLeft != 0;

    private protected override ulong NextLba => _lba;

    /// <summary>Adds memory of the transfer, in order; leased until the request ends.</summary>
    public void AddSegment(DmaBuffer buffer, int offset, int length)
    {
        if (_segmentCount == _segments.Length) Array.Resize(ref _segments, _segmentCount * 2);
        buffer.AddLease();
        // Counted at once: whoever catches what the translation throws gives this lease back with the others.
        _segments[_segmentCount++] = new DataSegment(buffer, default, length);
        _segments[_segmentCount - 1] = new DataSegment(buffer, _device.Translate(buffer, offset), length);
    }

    /// <summary>Starts the request on a channel.</summary>
    /// <param name="channel">Where it runs.</param>
    /// <param name="template">The command without blocks: the request fills SLBA and NLB of each command it splits into.</param>
    /// <param name="lba">The first block.</param>
    /// <param name="blocks">How many; 1 for a command that names no blocks.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public ValueTask Start(IoChannel channel, in SubmissionEntry template, ulong lba, ulong blocks, CancellationToken cancellationToken)
    {
        _template = template;
        _lba = lba;
        _blocksLeft = blocks;
        Begin(channel);
        _home = Reactor.Home;
        var task = new ValueTask(this, _source.Version);
        if (cancellationToken.CanBeCanceled)
        {
            _token = cancellationToken;
            _registration = cancellationToken.UnsafeRegister(static request => ((BlockRequest)request!).OnCancellation(), this);
        }

        channel.Start(this);
        return task;
    }

    void IValueTaskSource.GetResult(short token)
    {
        // Asked too early, the request is still the device's: it must not go back to the pool. A stale token throws here as well.
        if (_source.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("The operation is not finished: await it, or use AsTask() to wait for it.");
        try
        {
            _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            _source.RunContinuationsAsynchronously = false;
            _device.Return(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        if (_home is { } home)
        {
            // It is delivered at home. Who awaits it there continues in that call, without the context, whose use would allocate; who
            // awaits it elsewhere must not come to run on a polling thread.
            if (home.IsCurrent)
                flags &= ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext;
            else
                _source.RunContinuationsAsynchronously = true;
        }

        _source.OnCompleted(continuation, state, token, flags);
    }

    internal override ReadOnlySpan<PrpPiece> Peek(out SubmissionEntry command, out ulong lba)
    {
        command = _template;
        lba = _lba;
        switch ((NvmOpcode)_template.Opcode)
        {
            case NvmOpcode.Read or NvmOpcode.Write:
                _nextBlocks = _device.Limits.TransferAt(_lba, _blocksLeft);
                var pieces = GatherPieces();
                SetBlocks(ref command);
                return pieces;
            case NvmOpcode.WriteZeroes:
                _nextBlocks = _device.Limits.WriteZeroesAt(_blocksLeft);
                SetBlocks(ref command);
                return default;
            case NvmOpcode.DatasetManagement:
                _nextBlocks = 1;
                _pieces[0] = new PrpPiece(_segments[0].Iova, _segments[0].Length);
                return _pieces.AsSpan(0, 1);
            default:
                _nextBlocks = 1;
                return default;
        }
    }

    internal override void Complete()
    {
        // After this the callback has run or never will. If it has, its item may still be on its way to the reactor: the request must not
        // start a new life before that.
        _registration.Dispose();
        if (_cancelPosted && !_cancelItemRan)
        {
            _completeAfterCancelItem = true;
            return;
        }

        ReleaseSegments();
        _token = default;
        _registration = default;
        _cancelPosted = _cancelItemRan = _completeAfterCancelItem = false;
        _device.Finish(this);
    }

    /// <summary>Lets a caller that lives on a reactor continue there.</summary>
    /// <returns>False if the caller lives on none.</returns>
    internal bool TryDeliverHome()
    {
        if (_home is not { } home) return false;
        if (home.IsCurrent)
            DeliverHere(home);
        else
            home.Post(_deliverItem ??= new DeliverItem(this)); // The controller has no queue on that reactor.
        return true;
    }

    /// <summary>Lets the caller continue, on this thread.</summary>
    internal void Deliver()
    {
        var error = Error;
        if (error is null)
            _source.SetResult(true);
        else
            _source.SetException(error);
    }

    /// <summary>Gives the leases on the memory back.</summary>
    internal void ReleaseSegments()
    {
        for (var i = 0; i < _segmentCount; i++)
        {
            if (!KeepsMemory) _segments[i].Buffer.ReleaseLease();
            _segments[i] = default;
        }

        _segmentCount = _segment = _segmentOffset = 0;
    }

    private protected override void Advance()
    {
        if (_segmentCount != 0 && (NvmOpcode)_template.Opcode is NvmOpcode.Read or NvmOpcode.Write)
            SkipData((long)_nextBlocks * _device.Info.BlockSize);
        _lba += (ulong)_nextBlocks;
        _blocksLeft -= (ulong)_nextBlocks;
    }

    private protected override Exception ErrorOf(in CompletionEntry completion, ulong lba) =>
        _device.ErrorOf(_template.Opcode, lba, completion.Status);

    private protected override Exception LossOf(ulong lba) => _device.LossOf(_template.Opcode, lba);

    private void SetBlocks(ref SubmissionEntry command)
    {
        command.Cdw10 = (uint)_lba;
        command.Cdw11 = (uint)(_lba >> 32);
        command.Cdw12 |= (uint)(_nextBlocks - 1);
    }

    // Takes memory for the next command. PRPs allow a gap between two pieces only where both are page-aligned (trap P15): the command
    // ends before any other gap, which is a block's end, because each segment is whole blocks.
    private ReadOnlySpan<PrpPiece> GatherPieces()
    {
        var blockSize = _device.Info.BlockSize;
        var left = _nextBlocks * blockSize;
        var taken = 0;
        var count = 0;
        var offset = _segmentOffset;
        for (var i = _segment; left != 0; i++, offset = 0)
        {
            var segment = _segments[i];
            var iova = segment.Iova.Value + (ulong)offset;
            if (count != 0 && !CanFollow(_pieces[count - 1], iova)) break;
            var length = Math.Min(left, segment.Length - offset);
            if (count == _pieces.Length) Array.Resize(ref _pieces, count * 2);
            _pieces[count++] = new PrpPiece(new Iova(iova), length);
            taken += length;
            left -= length;
        }

        _nextBlocks = taken / blockSize;
        return _pieces.AsSpan(0, count);
    }

    private bool CanFollow(PrpPiece piece, ulong next)
    {
        var pageMask = (ulong)_device.PageSize - 1;
        return ((piece.Iova.Value + (ulong)piece.Length) & pageMask) == 0 && (next & pageMask) == 0;
    }

    private void SkipData(long bytes)
    {
        while (bytes != 0)
        {
            var step = (int)Math.Min(bytes, _segments[_segment].Length - _segmentOffset);
            bytes -= step;
            _segmentOffset += step;
            if (_segmentOffset != _segments[_segment].Length) continue;
            _segment++;
            _segmentOffset = 0;
        }
    }

    private void OnCancellation()
    {
        _cancelPosted = true;
        Channel.Reactor.Post(_cancelItem);
    }

    private void OnCancelItem()
    {
        _cancelItemRan = true;
        if (_completeAfterCancelItem)
            Complete();
        else
            Channel.Cancel(this, new OperationCanceledException(_token));
    }

    private void DeliverHere(Reactor home)
    {
        using var scope = home.EnterHome();
        Deliver();
    }

    private readonly record struct DataSegment(DmaBuffer Buffer, Iova Iova, int Length);

    private sealed class DeliverItem(BlockRequest request) : ReactorItem
    {
        internal override void Run() => request.DeliverHere(request._home!);
    }

    private sealed class CancelItem(BlockRequest request) : ReactorItem
    {
        internal override void Run() => request.OnCancelItem();
    }
}
