namespace UserNvme.Cli.Perf;

/// <summary>What `perf -w` does: the order of the offsets, and what is done there before --rwmixtrim and --flush-every.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="IsRandom">Random offsets instead of ascending ones.</param>
/// <param name="ReadPercent">How many of 100 transfers are reads, before -M; -1 where -M decides.</param>
internal sealed record AccessPattern(string Name, bool IsRandom, int ReadPercent)
{
    /// <summary>All patterns: spdk_nvme_perf's, then fio's trims and bdevperf's flush.</summary>
    public static IReadOnlyList<AccessPattern> All { get; } =
    [
        new("read", false, 100), new("write", false, 0), new("randread", true, 100), new("randwrite", true, 0), new("rw", false, -1), new("randrw", true, -1),
        new("trim", false, 0) { Only = TransferKind.Trim }, new("randtrim", true, 0) { Only = TransferKind.Trim },
        new("flush", false, 0) { Only = TransferKind.Flush },
    ];

    /// <summary>Trim or flush, where nothing else is done.</summary>
    public TransferKind? Only { get; init; }

    /// <summary>Whether -M has a meaning.</summary>
    public bool IsMixed => ReadPercent < 0;

    /// <summary>Whether data are written, so that trims and flushes can be mixed in and there is something to verify.</summary>
    public bool Writes => Only is null && ReadPercent < 100;

    /// <summary>The name: what the help text shows as the default.</summary>
    public override string ToString() => Name;
}
