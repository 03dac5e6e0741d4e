using UserNvme.Cli.Perf.Verify;

namespace UserNvme.Cli.Perf.Work;

/// <summary>All that <see cref="PlainWork"/> leaves out: trims, flushes, a Zipf distribution, and marked data that are checked.</summary>
internal struct MixedWork : IPerfWork<MixedWork>
{
    private TransferKind? _only;
    private uint _trimPercent;
    private int _flushEvery;
    private int _writesUntilFlush;
    private OffsetSequence _offsets;
    private ZipfDistribution? _zipf;
    private VerifiedRange? _verified;

    public static bool IsPlain => false;

    public static MixedWork Create(PerfTarget target, PerfSettings settings, LoadShare share, int slots)
    {
        var (first, count) = settings.Verify ? share.Places(target.IoCount) : (0, target.IoCount);
        var start = settings.Verify ? 0 : count / (ulong)share.Count * (ulong)share.Ordinal;
        return new MixedWork
        {
            _only = settings.Pattern.Only,
            _trimPercent = (uint)settings.TrimPercent,
            _flushEvery = settings.FlushEvery,
            _writesUntilFlush = settings.FlushEvery,
            _offsets = new OffsetSequence(count, settings.Pattern.IsRandom, settings.ReadPercent, start, (ulong)share.Number + 1),
            _zipf = settings.ZipfTheta > 0 ? new ZipfDistribution(count, settings.ZipfTheta) : null,
            _verified = settings.Verify ? new VerifiedRange(target, settings, first, count, slots) : null,
        };
    }

    public bool TryNext(int index, ref PerfSlot slot, out ulong place)
    {
        place = 0;
        if (_verified is { IsReadingBack: true })
        {
            slot.Kind = TransferKind.Read;
            return _verified.TryTakeWritten(index, out place);
        }

        slot.Kind = NextKind();
        if (slot.Kind == TransferKind.Flush)
            return true;
        place = _zipf is null ? _offsets.NextPlace() : _zipf.PlaceOf(_zipf.NextRank(ref _offsets));
        if (_verified is not null)
            place = _verified.Take(index, place);
        return true;
    }

    public readonly void Prepare(int index, ref PerfSlot slot) => _verified?.Prepare(index, ref slot);

    public readonly bool Ended(int index, ref PerfSlot slot) => _verified is null || _verified.Ended(index, ref slot);

    public readonly void BeginReadBack() => _verified?.BeginReadBack();

    private TransferKind NextKind()
    {
        if (_only is { } only)
            return only;
        if (_flushEvery > 0 && _writesUntilFlush == 0)
        {
            _writesUntilFlush = _flushEvery;
            return TransferKind.Flush;
        }

        if (_trimPercent > 0 && _offsets.NextIsBelow(_trimPercent))
            return TransferKind.Trim;
        if (!_offsets.NextIsWrite())
            return TransferKind.Read;
        _writesUntilFlush--;
        return TransferKind.Write;
    }
}
