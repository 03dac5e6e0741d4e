using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Block;

/// <summary>
/// One operation on a block device. Pooled: a life starts with Start… and ends when the caller has taken the result from its
/// <see cref="BlockTask"/>. The leases on the caller's buffers are its own from start to <see cref="Complete"/>, whatever the
/// caller does with its task (rule 1).
/// </summary>
internal sealed class BlockRequest : IoRequest
{
    private const int SingleSegment = 1;

    private readonly CancelItem _cancelItem;
    private readonly BlockTask _task;
    private DeliverItem? _deliverItem;
    private Reactor? _home;
    private NvmeBlockDevice _device;
    private NvmCommand _template;
    private ulong _lba;
    private ulong _blocksLeft;
    private int _nextBlocks;
    private bool _cancellable;
    private LeaseHolder? _holder;
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
        _task = new BlockTask(this);
    }

    private protected override ulong NextLba => _lba;

    /// <summary>Says whose operation it is and where it will run; before its memory is added.</summary>
    /// <param name="device">The device.</param>
    /// <param name="channel">Where it runs.</param>
    /// <param name="current">The reactor that the caller runs on; null elsewhere.</param>
    public void Prepare(NvmeBlockDevice device, IoChannel channel, Reactor? current)
    {
        if (!ReferenceEquals(_device, device)) _device = device;
        // There leases are taken and ended on one thread.
        _holder = ReferenceEquals(channel.Reactor, current) ? channel.Pair.Owner : null;
        _home = current is { IsHome: true } ? current : null;
        Begin(channel);
    }

    /// <summary>Adds memory of the transfer, in order; leased until the request ends.</summary>
    /// <param name="buffer">A buffer of the controller's heap.</param>
    /// <param name="offset">Where in it, in bytes, a multiple of 4.</param>
    /// <param name="length">Bytes; the range is inside the buffer.</param>
    public void AddSegment(DmaBuffer buffer, int offset, int length)
    {
        if (_segmentCount == _segments.Length) Array.Resize(ref _segments, _segmentCount * 2);
        if (_holder is { } holder)
            buffer.AddLease(holder);
        else
            buffer.AddLease();
        _segments[_segmentCount++] = new DataSegment(buffer, _device.Translate(buffer, offset), length);
    }

    /// <summary>Starts the request.</summary>
    /// <param name="template">The command without blocks: the request fills SLBA and NLB of each command it splits into.</param>
    /// <param name="lba">The first block.</param>
    /// <param name="blocks">How many; 1 for a command that names no blocks.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public ValueTask Start(in NvmCommand template, ulong lba, ulong blocks, CancellationToken cancellationToken)
    {
        _template = template;
        _lba = lba;
        _blocksLeft = blocks;
        HasMore = blocks != 0;
        var task = new ValueTask(_task, _task.Version);
        if (cancellationToken.CanBeCanceled)
        {
            _cancellable = true;
            _token = cancellationToken;
            _registration = cancellationToken.UnsafeRegister(static request => ((BlockRequest)request!).OnCancellation(), this);
        }

        if (_holder is not null)
            Channel.Submit(this);
        else
            Channel.Start(this);
        return task;
    }

    /// <summary>Where the caller continues if it waits; null on the thread pool.</summary>
    internal Reactor? EndsAt => _home ?? (_device.IsInline ? Channel.Reactor : null);

    /// <summary>Whether the caller lives on a reactor.</summary>
    internal bool IsAtHome => _home is not null;

    /// <summary>Gives the request back; the caller has its result. Where it was rented: else one side would run dry and the other one fill.</summary>
    internal void ReturnUnused()
    {
        if (_holder is null || !Channel.Reactor.IsCurrent || !Channel.TryKeepUnused(this)) _device.Return(this);
    }

    internal override ReadOnlySpan<PrpPiece> Peek(out NvmCommand command, out ulong lba)
    {
        lba = _lba;
        switch (_template.Opcode)
        {
            case NvmOpcode.Read or NvmOpcode.Write:
                _nextBlocks = _device.Limits.TransferAt(_lba, _blocksLeft);
                var pieces = _segmentCount == 1 ? SinglePiece() : GatherPieces();
                command = _template.At(lba, _nextBlocks);
                return pieces;
            case NvmOpcode.WriteZeroes:
                _nextBlocks = _device.Limits.WriteZeroesAt(_blocksLeft);
                command = _template.At(lba, _nextBlocks);
                return default;
            case NvmOpcode.DatasetManagement:
                _nextBlocks = 1;
                command = _template;
                _pieces[0] = new PrpPiece(_segments[0].Iova, _segments[0].Length);
                return _pieces.AsSpan(0, 1);
            default:
                _nextBlocks = 1;
                command = _template;
                return default;
        }
    }

    internal override void Complete()
    {
        if (_cancellable && !EndCancellation()) return;
        ReleaseSegments();
        if (_home is { } home)
            DeliverAt(home);
        else if (_device.IsInline)
            Deliver();
        else
            _device.DeliverOnPool(this);
    }

    /// <summary>Lets the caller continue, on this thread.</summary>
    internal void Deliver() => _task.End(Error);

    /// <summary>Gives the leases on the memory back.</summary>
    internal void ReleaseSegments()
    {
        for (var i = 0; i < _segmentCount; i++)
        {
            if (!KeepsMemory) ReleaseLease(_segments[i].Buffer);
            _segments[i] = default;
        }

        _segmentCount = _segment = _segmentOffset = 0;
    }

    private protected override void Advance()
    {
        _blocksLeft -= (ulong)_nextBlocks;
        if (_blocksLeft == 0)
        {
            HasMore = false;
            return;
        }

        if (_segmentCount != 0) SkipData((long)_nextBlocks * _device.BlockSize);
        _lba += (ulong)_nextBlocks;
    }

    private protected override Exception ErrorOf(in CompletionEntry completion, ulong lba) =>
        _device.ErrorOf((byte)_template.Opcode, lba, completion.Status);

    private protected override Exception LossOf(ulong lba) => _device.LossOf((byte)_template.Opcode, lba);

    // False while the cancellation's item is on its way to the reactor: it ends the request then, which must not start a new life before that.
    private bool EndCancellation()
    {
        // After this the callback has run or never will.
        _registration.Dispose();
        if (_cancelPosted && !_cancelItemRan)
        {
            _completeAfterCancelItem = true;
            return false;
        }

        _token = default;
        _registration = default;
        _cancellable = _cancelPosted = _cancelItemRan = _completeAfterCancelItem = false;
        return true;
    }

    private void ReleaseLease(DmaBuffer buffer)
    {
        if (_holder is { } holder)
            buffer.ReleaseLease(holder);
        else
            buffer.ReleaseLease();
    }

    private ReadOnlySpan<PrpPiece> SinglePiece()
    {
        ref var segment = ref _segments[0];
        _pieces[0] = new PrpPiece(new Iova(segment.Iova.Value + (ulong)_segmentOffset), _nextBlocks * _device.BlockSize);
        return _pieces.AsSpan(0, 1);
    }

    // Takes memory for the next command. PRPs allow a gap between two pieces only where both are page-aligned (trap P15): the command
    // ends before any other gap, which is a block's end, because each segment is whole blocks.
    private ReadOnlySpan<PrpPiece> GatherPieces()
    {
        var blockSize = _device.BlockSize;
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

    private void DeliverAt(Reactor home)
    {
        if (home.IsCurrent)
            DeliverHere(home);
        else
            home.Post(_deliverItem ??= new DeliverItem(this)); // The controller has no queue on that reactor.
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
