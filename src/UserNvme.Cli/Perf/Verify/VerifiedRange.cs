using UserNvme.Memory;

namespace UserNvme.Cli.Perf.Verify;

/// <summary>
/// The places of a namespace that one load writes marked data to and checks as it reads them. No other load of the run uses them. Not
/// thread-safe: its load's own.
/// </summary>
internal sealed class VerifiedRange
{
    private readonly PerfTarget _target;
    private readonly VerifyLog _log;
    private readonly PieceLayout _layout;
    private readonly GenerationTable _generations;
    private readonly ulong _first;
    private readonly int[] _places;
    private readonly uint[] _expected;
    private readonly List<Mismatch> _found = [];

    public VerifiedRange(PerfTarget target, PerfSettings settings, ulong first, ulong count, int slots)
    {
        _target = target;
        _log = target.VerifyLog;
        _log.Add(this);
        _layout = new PieceLayout(settings.IoSize, settings.IoUnit, target.Controller.PageSize);
        _generations = new GenerationTable(count);
        _first = first;
        _places = new int[slots];
        _expected = new uint[slots];
    }

    /// <summary>Blocks that were read and checked so far. Any thread.</summary>
    public long Verified { get; private set; }

    /// <summary>Whether all that was written is being read once more.</summary>
    public bool IsReadingBack { get; private set; }

    public void BeginReadBack() => IsReadingBack = true;

    /// <summary>Takes a place for a slot: the wanted one of the range, or one behind it that is free.</summary>
    /// <returns>The place on the namespace.</returns>
    public ulong Take(int index, ulong wanted)
    {
        _places[index] = _generations.Take((int)wanted);
        return _first + (ulong)_places[index];
    }

    /// <summary>Takes the next place that was written; false after the last.</summary>
    public bool TryTakeWritten(int index, out ulong place)
    {
        _places[index] = _generations.TakeNextKnown();
        place = _first + (ulong)Math.Max(0, _places[index]);
        return _places[index] >= 0;
    }

    /// <summary>Marks what is to be written; makes sure that what is read is not what was there before.</summary>
    public void Prepare(int index, ref PerfSlot slot)
    {
        if (slot.Kind == TransferKind.Flush)
            return;
        var place = _places[index];
        if (slot.Kind == TransferKind.Read)
        {
            _expected[index] = _generations.Known(place);
            if (_expected[index] != 0)
                slot.Buffer.GetSpan().Fill(BlockExaminer.Poison);
            return;
        }

        if (slot.Kind == TransferKind.Trim)
        {
            _generations.Forget(place);
            return;
        }

        _expected[index] = _generations.BeginWrite(place);
        var lba = FirstLba(place);
        for (var i = 0; i < _target.BlocksPerIo; i++)
            BlockPattern.Write(Block(slot.Buffer, i), Tag(lba + (ulong)i, _expected[index]));
    }

    /// <summary>Checks what was read, remembers what was written.</summary>
    /// <returns>False if a block is not what it should be.</returns>
    public bool Ended(int index, ref PerfSlot slot)
    {
        if (slot.Kind == TransferKind.Flush)
            return true;
        var place = _places[index];
        var matches = true;
        if (!slot.Failed && slot.Kind == TransferKind.Write)
            _generations.EndWrite(place);
        else if (!slot.Failed && slot.Kind == TransferKind.Read && _expected[index] != 0)
            matches = Check(slot.Buffer, FirstLba(place), _expected[index]);
        _generations.GiveBack(place);
        return matches;
    }

    private bool Check(DmaBuffer buffer, ulong lba, uint generation)
    {
        var right = 0;
        for (var i = 0; i < _target.BlocksPerIo; i++)
        {
            var expected = Tag(lba + (ulong)i, generation);
            var block = Block(buffer, i);
            if (BlockPattern.Is(block, expected))
                right++;
            else
                _found.Add(BlockExaminer.Examine(block, expected, _target.Controller.Address));
        }

        Verified += _target.BlocksPerIo;
        if (_found.Count == 0)
            return true;
        // An old block among new ones of the same write: the write reached the medium in part.
        foreach (var mismatch in _found)
            _log.Add(right > 0 && mismatch.Kind == MismatchKind.Stale ? mismatch with { Kind = MismatchKind.Torn } : mismatch);
        _found.Clear();
        return false;
    }

    private Span<byte> Block(DmaBuffer buffer, int number) =>
        buffer.GetSpan().Slice(_layout.OffsetOf(number * _target.Namespace.BlockSize), _target.Namespace.BlockSize);

    private ulong FirstLba(int place) => (_first + (ulong)place) * (ulong)_target.BlocksPerIo;

    private BlockTag Tag(ulong lba, uint generation) => new(_log.Run, _target.DeviceNumber, _target.Namespace.Id.Value, lba, generation);
}
