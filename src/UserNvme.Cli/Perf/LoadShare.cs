namespace UserNvme.Cli.Perf;

/// <summary>Which part of the run one load is.</summary>
/// <param name="Core">Its core.</param>
/// <param name="Ordinal">Its number among the loads on the same namespace.</param>
/// <param name="Count">How many loads the namespace has: cores times queue pairs.</param>
/// <param name="Pair">Its number among the queue pairs of the same core and namespace.</param>
/// <param name="Number">Its number among all loads of the run.</param>
/// <param name="OfAll">How many loads the run has.</param>
internal readonly record struct LoadShare(int Core, int Ordinal, int Count, int Pair, int Number, int OfAll)
{
    /// <summary>The places that only this load uses, for --verify: first and count.</summary>
    public (ulong First, ulong Count) Places(ulong ioCount)
    {
        var each = ioCount / (ulong)Count;
        return (each * (ulong)Ordinal, Ordinal == Count - 1 ? ioCount - (each * (ulong)Ordinal) : each);
    }
}
