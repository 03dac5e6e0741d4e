namespace UserNvme.Cli.Perf;

/// <summary>What the threads of a run do now.</summary>
internal enum PerfPhase
{
    WarmUp,
    Measure,
    Stop,
}
