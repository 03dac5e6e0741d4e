namespace UserNvme.Cli.Perf;

/// <summary>The figures of one namespace on one core.</summary>
internal sealed record PerfRow
{
    public required string Address { get; init; }

    public required uint NamespaceId { get; init; }

    public required int Core { get; init; }

    public required int IoSize { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>The latencies of each <see cref="TransferKind"/>.</summary>
    public required IReadOnlyList<LatencyHistogram> Latencies { get; init; }

    public required long Errors { get; init; }

    public required long Polls { get; init; }

    public required long IdlePolls { get; init; }

    /// <summary>Whether the controller looks for doorbells in memory; what is counted below are the register writes that it asks for.</summary>
    public required bool UsesShadowDoorbells { get; init; }

    public required long SubmissionDoorbells { get; init; }

    public required long CompletionDoorbells { get; init; }

    public string Name => $"{Address} NSID {NamespaceId} from core {Core,2}";

    public long Count => Latencies.Sum(latency => latency.Count);

    /// <summary>Transfers per second.</summary>
    public double Iops => PerSecond(Count);

    public double MiBPerSecond => PerSecond((Count - Latencies[(int)TransferKind.Flush].Count) * (double)IoSize) / (1 << 20);

    /// <summary>All kinds together.</summary>
    public LatencyHistogram All => LatencyHistogram.Sum(Latencies);

    /// <summary>Something per second of the measured time.</summary>
    public double PerSecond(double amount) => Elapsed > TimeSpan.Zero ? amount / Elapsed.TotalSeconds : 0;

    /// <param name="loads">The queue pairs of one namespace and core.</param>
    /// <param name="ioSize">Bytes of a transfer.</param>
    public static PerfRow Of(IReadOnlyList<PerfLoad> loads, int ioSize) => new()
    {
        Address = loads[0].Target.Controller.Address,
        NamespaceId = loads[0].Target.Namespace.Id.Value,
        Core = loads[0].Share.Core,
        IoSize = ioSize,
        Elapsed = loads.Max(load => load.Elapsed),
        Latencies = [.. TransferKinds.All.Select(kind => LatencyHistogram.Sum(loads.Select(load => load.Latencies[(int)kind])))],
        Errors = loads.Sum(load => load.Errors),
        Polls = loads.Sum(load => load.Polls),
        IdlePolls = loads.Sum(load => load.Polls - load.BusyPolls),
        UsesShadowDoorbells = loads[0].Target.Controller.UsesShadowDoorbells,
        SubmissionDoorbells = loads.Sum(load => load.SubmissionDoorbells),
        CompletionDoorbells = loads.Sum(load => load.CompletionDoorbells),
    };
}
