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

    /// <summary>-q: transfers in flight per namespace and core.</summary>
    public required int QueueDepth { get; init; }

    /// <summary>-o: bytes of a transfer.</summary>
    public required int IoSize { get; init; }

    public required AccessPattern Pattern { get; init; }

    /// <summary>How many of 100 transfers are reads.</summary>
    public required int ReadPercent { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>How long the load runs before it is measured.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>The cores that get a thread each, ascending.</summary>
    public required IReadOnlyList<int> Cores { get; init; }

    public bool Writes => ReadPercent < 100;
}
