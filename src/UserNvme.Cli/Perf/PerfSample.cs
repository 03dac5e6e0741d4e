namespace UserNvme.Cli.Perf;

/// <summary>The throughput of a short time.</summary>
/// <param name="Seconds">When it ended, from the beginning of the measurement.</param>
/// <param name="Iops">Transfers per second of each <see cref="TransferKind"/>.</param>
internal sealed record PerfSample(double Seconds, IReadOnlyList<double> Iops);
