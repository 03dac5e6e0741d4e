using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Cli.Perf;

/// <summary>Turns a transfer into commands where it may be several, a trim or a flush, or its memory may be scattered. One load's own.</summary>
internal sealed class CommandPlacer : IDisposable
{
    private static readonly int s_rangeBytes = Marshal.SizeOf<DatasetManagementRange>();

    private readonly PerfTarget _target;
    private readonly DmaBuffer? _ranges;
    private readonly DmaSpace? _space;
    private readonly PrpPiece[] _pieces;

    public CommandPlacer(PerfTarget target, PerfSettings settings, int slots)
    {
        _target = target;
        Layout = new PieceLayout(settings.IoSize, settings.IoUnit, target.Controller.PageSize);
        _pieces = Layout.IsOnePiece ? [] : new PrpPiece[(settings.IoSize / Layout.Unit) + 2];
        if (!Layout.IsOnePiece)
            _space = target.Controller.Heap.Attach(target.Controller.Transport.Domain);
        if (settings.Trims && slots > 0)
            _ranges = target.Controller.Heap.Rent(slots * s_rangeBytes);
    }

    /// <summary>How a transfer lies in its buffer.</summary>
    public PieceLayout Layout { get; }

    public static NvmOpcode OpcodeOf(TransferKind kind) => kind switch
    {
        TransferKind.Read => NvmOpcode.Read,
        TransferKind.Write => NvmOpcode.Write,
        TransferKind.Trim => NvmOpcode.DatasetManagement,
        _ => NvmOpcode.Flush,
    };

    [DoesNotReturn]
    public static void ThrowFull() => throw new InvalidOperationException("The queue is full although it was made for this many commands.");

    /// <summary>Submits the commands of a transfer.</summary>
    public void Place<THandler>(QueuePair<int, THandler> pair, int index, ref PerfSlot slot, ulong place)
        where THandler : struct, ICompletionHandler<int>
    {
        var start = place * (ulong)_target.BlocksPerIo;
        switch (slot.Kind)
        {
            case TransferKind.Flush:
                slot.Outstanding = 1;
                Check(pair.TrySubmit(NvmCommands.Flush(_target.Namespace.Id), null, 0, 0, index));
                break;
            case TransferKind.Trim:
                slot.Outstanding = 1;
                var range = new DatasetManagementRange(new Lba(start), (uint)_target.BlocksPerIo);
                MemoryMarshal.Write(_ranges!.GetSpan()[(index * s_rangeBytes)..], in range);
                Check(pair.TrySubmit(NvmCommands.DatasetManagement(_target.Namespace.Id, 1), _ranges, index * s_rangeBytes, s_rangeBytes, index));
                break;
            default:
                PlaceData(pair, index, ref slot, start);
                break;
        }
    }

    /// <summary>
    /// A command of a scattered transfer completed: its lease ends. One that is abandoned keeps it, for the controller may not have stopped.
    /// </summary>
    public void Completed(in PerfSlot slot)
    {
        if (!Layout.IsOnePiece && slot.Kind is TransferKind.Read or TransferKind.Write)
            slot.Buffer.ReleaseLease();
    }

    public void Dispose()
    {
        (_ranges as IDisposable)?.Dispose();
        if (_space is not null)
            _target.Controller.Heap.Detach(_space);
    }

    private void PlaceData<THandler>(QueuePair<int, THandler> pair, int index, ref PerfSlot slot, ulong start)
        where THandler : struct, ICompletionHandler<int>
    {
        var blockSize = _target.Namespace.BlockSize;
        slot.Outstanding = _target.CommandsPerIo;
        for (var done = 0; done < _target.BlocksPerIo; done += _target.BlocksPerCommand)
        {
            var blocks = Math.Min(_target.BlocksPerCommand, _target.BlocksPerIo - done);
            var lba = new Lba(start + (ulong)done);
            var command = slot.Kind == TransferKind.Write
                ? NvmCommands.Write(_target.Namespace.Id, lba, blocks)
                : NvmCommands.Read(_target.Namespace.Id, lba, blocks);
            Check(Layout.IsOnePiece
                ? pair.TrySubmit(in command, slot.Buffer, done * blockSize, blocks * blockSize, index)
                : SubmitPieces(pair, in command, slot.Buffer, done * blockSize, blocks * blockSize, index));
        }
    }

    private bool SubmitPieces<THandler>(QueuePair<int, THandler> pair, in SubmissionEntry command, DmaBuffer buffer, int position, int length, int index)
        where THandler : struct, ICompletionHandler<int>
    {
        var count = 0;
        for (var done = 0; done < length;)
        {
            var piece = Math.Min(Layout.Unit - ((position + done) % Layout.Unit), length - done);
            _pieces[count++] = new PrpPiece(_space!.Translate(buffer, Layout.OffsetOf(position + done)), piece);
            done += piece;
        }

        buffer.AddLease();
        return pair.TrySubmitScattered(in command, _pieces.AsSpan(0, count), index);
    }

    private static void Check(bool submitted)
    {
        if (!submitted)
            ThrowFull();
    }
}
