namespace UserNvme.Cli.Perf;

/// <summary>What the threads of a run do now.</summary>
internal enum PerfPhase
{
    WarmUp,
    Measure,

    /// <summary>With --verify: all that was written is read once more.</summary>
    ReadBack,
    Stop,
}
