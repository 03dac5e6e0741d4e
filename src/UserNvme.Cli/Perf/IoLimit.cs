namespace UserNvme.Cli.Perf;

/// <summary>-d: how many transfers each core does on each namespace, as a number or as a share of the namespace.</summary>
/// <param name="Count">Transfers; 0 where <paramref name="Percent"/> tells.</param>
/// <param name="Percent">Of the transfers that fit on the namespace, 1 to 10,000; 0 where <paramref name="Count"/> tells.</param>
internal readonly record struct IoLimit(long Count, int Percent)
{
    /// <summary>No limit.</summary>
    public static IoLimit None => default;

    public bool IsNone => Count == 0 && Percent == 0;

    /// <summary>The transfers of one core on a namespace that has room for so many.</summary>
    public long Of(ulong ioCount) => IsNone ? long.MaxValue
        : Percent == 0 ? Count
        : Math.Max(1, (long)UInt128.Min((UInt128)ioCount * (uint)Percent / 100, long.MaxValue - 1));

    /// <summary>One of several equal parts; the parts add up to the whole.</summary>
    public static long Part(long whole, int index, int parts) =>
        whole == long.MaxValue ? whole : (whole / parts) + (index < whole % parts ? 1 : 0);
}
