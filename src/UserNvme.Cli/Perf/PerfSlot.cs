using UserNvme.Memory;

namespace UserNvme.Cli.Perf;

/// <summary>One transfer in flight.</summary>
internal struct PerfSlot
{
    public DmaBuffer Buffer;

    /// <summary>Stopwatch time of its submission; of the time it was due, with --rate.</summary>
    public long SubmittedAt;

    /// <summary>How many of its commands are in flight.</summary>
    public int Outstanding;

    public TransferKind Kind;

    /// <summary>One of its commands failed: it is counted as an error, not as a transfer.</summary>
    public bool Failed;
}
