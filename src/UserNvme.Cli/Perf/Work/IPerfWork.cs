namespace UserNvme.Cli.Perf.Work;

/// <summary>What a load does, one transfer after the other. Implemented by structs, so that the lean one costs what it does and no more.</summary>
/// <typeparam name="TSelf">The struct.</typeparam>
internal interface IPerfWork<TSelf>
    where TSelf : struct, IPerfWork<TSelf>
{
    /// <summary>Whether there is nothing but reads and writes of one piece, without a look at the data: constant, so the rest is not compiled in.</summary>
    static abstract bool IsPlain { get; }

    static abstract TSelf Create(PerfTarget target, PerfSettings settings, LoadShare share, int slots);

    /// <summary>Chooses the next transfer of a slot: sets its kind and tells its place.</summary>
    /// <returns>False if nothing is left to do.</returns>
    bool TryNext(int index, ref PerfSlot slot, out ulong place);

    /// <summary>Gets the memory ready just before the commands are submitted. Not called where <see cref="IsPlain"/>.</summary>
    void Prepare(int index, ref PerfSlot slot);

    /// <summary>Looks at a transfer that ended, whether it failed or not. Not called where <see cref="IsPlain"/>.</summary>
    /// <returns>False if the data are not what they should be.</returns>
    bool Ended(int index, ref PerfSlot slot);

    /// <summary>From here on all that was written is read once, in order. Not called where <see cref="IsPlain"/>.</summary>
    void BeginReadBack();
}
