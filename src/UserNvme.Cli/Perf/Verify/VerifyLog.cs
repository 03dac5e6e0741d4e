namespace UserNvme.Cli.Perf.Verify;

/// <summary>What --verify found on all loads. Thread-safe; asked only when something is wrong, or at the end.</summary>
internal sealed class VerifyLog
{
    /// <summary>How many mismatches are kept with what was expected and found; all are counted.</summary>
    public const int Kept = 100;

    private readonly Lock _lock = new();
    private readonly List<Mismatch> _details = [];
    private readonly List<VerifiedRange> _ranges = [];
    private readonly long[] _counts = new long[Enum.GetValues<MismatchKind>().Length];

    /// <summary>A number that no other run has.</summary>
    public ulong Run { get; } = (ulong)Random.Shared.NextInt64() | 1;

    /// <summary>Blocks that were checked so far.</summary>
    public long Verified
    {
        get
        {
            lock (_lock)
                return _ranges.Sum(range => range.Verified);
        }
    }

    public long Mismatches
    {
        get
        {
            lock (_lock)
                return _counts.Sum();
        }
    }

    public IReadOnlyList<Mismatch> Details
    {
        get
        {
            lock (_lock)
                return [.. _details];
        }
    }

    public void Add(VerifiedRange range)
    {
        lock (_lock)
            _ranges.Add(range);
    }

    public void Add(Mismatch mismatch)
    {
        lock (_lock)
        {
            _counts[(int)mismatch.Kind]++;
            if (_details.Count < Kept)
                _details.Add(mismatch);
        }
    }

    public long CountOf(MismatchKind kind)
    {
        lock (_lock)
            return _counts[(int)kind];
    }
}
