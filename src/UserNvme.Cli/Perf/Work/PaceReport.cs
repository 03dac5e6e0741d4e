namespace UserNvme.Cli.Perf.Work;

/// <summary>How well the schedule of --rate was kept while measuring. Times in nanoseconds.</summary>
internal sealed record PaceReport
{
    /// <summary>Transfers started.</summary>
    public long Started { get; init; }

    /// <summary>Those of them that were due while all of -q were in flight.</summary>
    public long Waited { get; init; }

    /// <summary>How much later than due they were started, all together.</summary>
    public long SumLag { get; init; }

    /// <summary>The most that one was late.</summary>
    public long MaxLag { get; init; }

    /// <summary>Transfers that were due at the end and not started.</summary>
    public long Backlog { get; init; }

    /// <summary>How long the oldest of these had been due.</summary>
    public long Behind { get; init; }

    public double MeanLag => Started == 0 ? 0 : (double)SumLag / Started;

    /// <summary>Two loads together.</summary>
    public static PaceReport operator +(PaceReport left, PaceReport right) => new()
    {
        Started = left.Started + right.Started,
        Waited = left.Waited + right.Waited,
        SumLag = left.SumLag + right.SumLag,
        MaxLag = Math.Max(left.MaxLag, right.MaxLag),
        Backlog = left.Backlog + right.Backlog,
        Behind = Math.Max(left.Behind, right.Behind),
    };
}
