using UserNvme.Cli.Perf.Steady;
using UserNvme.Cli.Perf.Verify;
using UserNvme.Cli.Perf.Work;

namespace UserNvme.Cli.Perf;

/// <summary>What a run measured: one row per namespace and core, and what there is about all of it.</summary>
internal sealed record PerfResult
{
    public required PerfSettings Settings { get; init; }

    public required IReadOnlyList<PerfRow> Rows { get; init; }

    /// <summary>What the garbage collector did while measuring.</summary>
    public required CollectorCounts Collector { get; init; }

    /// <summary>Whether a signal ended the run early.</summary>
    public required bool Interrupted { get; init; }

    /// <summary>The first transfer that failed; null where all succeeded.</summary>
    public NvmeException? FirstError { get; init; }

    /// <summary>The throughput over time.</summary>
    public IReadOnlyList<PerfSample> Samples { get; init; } = [];

    /// <summary>What came of --steady-state; null without.</summary>
    public SteadyStateDetector? SteadyState { get; init; }

    /// <summary>What came of --verify; null without.</summary>
    public VerifyLog? Verify { get; init; }

    /// <summary>How the schedule of --rate was kept; null without.</summary>
    public PaceReport? Pace { get; init; }

    public long Errors => Rows.Sum(row => row.Errors);

    public long Polls => Rows.Sum(row => row.Polls);

    public long IdlePolls => Rows.Sum(row => row.IdlePolls);

    public double Iops => Rows.Sum(row => row.Iops);

    public double MiBPerSecond => Rows.Sum(row => row.MiBPerSecond);

    /// <summary>All transfers of all rows.</summary>
    public LatencyHistogram All => LatencyHistogram.Sum(Rows.SelectMany(row => row.Latencies));

    /// <summary>All transfers of one kind.</summary>
    public LatencyHistogram Of(TransferKind kind) => LatencyHistogram.Sum(Rows.Select(row => row.Latencies[(int)kind]));

    /// <summary>The kinds of which there was at least one.</summary>
    public IReadOnlyList<TransferKind> Kinds => [.. TransferKinds.All.Where(kind => Rows.Any(row => row.Latencies[(int)kind].Count > 0))];
}
