namespace UserNvme.Cli.Perf;

/// <summary>What `perf -w` does: the order of the offsets and the share of reads.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="IsRandom">Random offsets instead of ascending ones.</param>
/// <param name="ReadPercent">How many of 100 commands are reads, before -M; -1 where -M decides.</param>
internal sealed record AccessPattern(string Name, bool IsRandom, int ReadPercent)
{
    /// <summary>All patterns, with spdk_nvme_perf's names.</summary>
    public static IReadOnlyList<AccessPattern> All { get; } =
    [
        new("read", false, 100), new("write", false, 0), new("randread", true, 100), new("randwrite", true, 0), new("rw", false, -1), new("randrw", true, -1),
    ];

    /// <summary>Whether -M has a meaning.</summary>
    public bool IsMixed => ReadPercent < 0;

    /// <summary>The name: what the help text shows as the default.</summary>
    public override string ToString() => Name;
}
