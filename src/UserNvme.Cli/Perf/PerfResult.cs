namespace UserNvme.Cli.Perf;

/// <summary>What a run measured: one row per namespace and core, and what the runtime's garbage collector did meanwhile.</summary>
internal sealed record PerfResult
{
    public required PerfSettings Settings { get; init; }

    public required IReadOnlyList<PerfRow> Rows { get; init; }

    /// <summary>Garbage collections of each generation while measuring.</summary>
    public required IReadOnlyList<int> Collections { get; init; }

    /// <summary>Whether a signal ended the run early.</summary>
    public required bool Interrupted { get; init; }

    /// <summary>The first transfer that failed; null where all succeeded.</summary>
    public NvmeException? FirstError { get; init; }

    public long Errors => Rows.Sum(row => row.Errors);
}
