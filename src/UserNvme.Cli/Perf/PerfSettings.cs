using UserNvme.Cli.Perf.Steady;

namespace UserNvme.Cli.Perf;

/// <summary>What `perf` is asked to do, checked as far as that goes without the devices.</summary>
internal sealed record PerfSettings
{
    public const int DefaultQueueDepth = 128;
    public const int DefaultIoSize = 4096;
    public const string DefaultPattern = "randread";
    public const int DefaultReadPercent = 50;
    public const int DefaultSeconds = 10;
    public const int DefaultWarmUpSeconds = 1;

    /// <summary>The defaults, without cores.</summary>
    public static PerfSettings Initial { get; } = new()
    {
        QueueDepth = DefaultQueueDepth,
        IoSize = DefaultIoSize,
        Pattern = AccessPattern.All.Single(pattern => pattern.Name == DefaultPattern),
        ReadPercent = DefaultReadPercent,
        Duration = TimeSpan.FromSeconds(DefaultSeconds),
        WarmUp = TimeSpan.FromSeconds(DefaultWarmUpSeconds),
        Cores = [],
    };

    /// <summary>-q: transfers in flight per namespace and core.</summary>
    public required int QueueDepth { get; init; }

    /// <summary>-o: bytes of a transfer.</summary>
    public required int IoSize { get; init; }

    public required AccessPattern Pattern { get; init; }

    /// <summary>How many of 100 transfers, of those that are no trims, are reads.</summary>
    public required int ReadPercent { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>How long the load runs before it is measured.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>The cores that get a thread each, ascending.</summary>
    public required IReadOnlyList<int> Cores { get; init; }

    /// <summary>--rwmixtrim: how many of 100 transfers are trims.</summary>
    public int TrimPercent { get; init; }

    /// <summary>--flush-every: a flush after so many writes; 0 for never.</summary>
    public int FlushEvery { get; init; }

    /// <summary>-F: the exponent of the Zipf distribution of random places; 0 for a uniform one.</summary>
    public double ZipfTheta { get; init; }

    /// <summary>-P: queue pairs per namespace and core, which share <see cref="QueueDepth"/>.</summary>
    public int QueuePairs { get; init; } = 1;

    /// <summary>--io-queue-size: entries of each queue; 0 for as many as are needed.</summary>
    public int QueueEntries { get; init; }

    /// <summary>-C: completions that one poll handles; 0 for what suits the transport.</summary>
    public int MaxCompletions { get; init; }

    /// <summary>Not --no-shadow-doorbells: whether they are used where they are offered.</summary>
    public bool ShadowDoorbells { get; init; } = true;

    /// <summary>-O: bytes of each piece of memory that a transfer is made of; 0 for one piece.</summary>
    public int IoUnit { get; init; }

    /// <summary>-d.</summary>
    public IoLimit Limit { get; init; }

    /// <summary>-Q: go on after a failed transfer, and tell each N-th; 0 to stop at the first.</summary>
    public int ContinueOnError { get; init; }

    /// <summary>--rate: transfers per second of the whole run, started by the clock; 0 for as many as complete.</summary>
    public double Rate { get; init; }

    /// <summary>--verify: what is written is marked, and checked wherever it is read.</summary>
    public bool Verify { get; init; }

    /// <summary>--steady-state; null to run for the whole time.</summary>
    public SteadyStateRule? SteadyState { get; init; }

    /// <summary>-L once: percentiles of each row; twice: histograms as well.</summary>
    public int LatencyDetail { get; init; }

    /// <summary>Whether data are destroyed.</summary>
    public bool Writes => Pattern.Writes || Pattern.Only == TransferKind.Trim;

    /// <summary>Whether there are trims.</summary>
    public bool Trims => Pattern.Only == TransferKind.Trim || TrimPercent > 0;

    /// <summary>Whether all is reads and writes of one piece at uniform places: the lean loop.</summary>
    public bool IsPlain => Pattern.Only is null && TrimPercent == 0 && FlushEvery == 0 && ZipfTheta == 0 && IoUnit == 0 && !Verify;
}
