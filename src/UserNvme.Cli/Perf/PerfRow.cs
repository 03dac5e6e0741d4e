namespace UserNvme.Cli.Perf;

/// <summary>The figures of one namespace on one core, or of all together.</summary>
internal sealed record PerfRow
{
    public required string Address { get; init; }

    public required uint NamespaceId { get; init; }

    public required int Core { get; init; }

    public required int IoSize { get; init; }

    public required TimeSpan Elapsed { get; init; }

    public required LatencyHistogram Reads { get; init; }

    public required LatencyHistogram Writes { get; init; }

    public required long Errors { get; init; }

    public string Name => $"{Address} NSID {NamespaceId} from core {Core,2}";

    public long Count => Reads.Count + Writes.Count;

    /// <summary>Transfers per second.</summary>
    public double Iops => PerSecond(Count);

    public double MiBPerSecond => PerSecond(Count * (double)IoSize) / (1 << 20);

    /// <summary>Reads and writes together.</summary>
    public LatencyHistogram All
    {
        get
        {
            var all = new LatencyHistogram();
            all.Add(Reads);
            all.Add(Writes);
            return all;
        }
    }

    /// <summary>Something per second of the measured time.</summary>
    public double PerSecond(double amount) => Elapsed > TimeSpan.Zero ? amount / Elapsed.TotalSeconds : 0;

    public static PerfRow Of(PerfLoad load, int ioSize) => new()
    {
        Address = load.Target.Controller.Address,
        NamespaceId = load.Target.Namespace.Id.Value,
        Core = load.Core,
        IoSize = ioSize,
        Elapsed = load.Elapsed,
        Reads = load.Reads,
        Writes = load.Writes,
        Errors = load.Errors,
    };
}
