namespace UserNvme.Cli.Perf.Work;

/// <summary>When transfers start: as others end, or by the clock. Implemented by structs, like <see cref="IPerfWork{TSelf}"/>.</summary>
/// <typeparam name="TSelf">The struct.</typeparam>
internal interface IPace<TSelf>
    where TSelf : struct, IPace<TSelf>
{
    /// <summary>Whether the clock starts transfers: constant, so the rest is not compiled in.</summary>
    static abstract bool IsByClock { get; }

    static abstract TSelf Create(PerfSettings settings, LoadShare share, int slots);

    /// <summary>Starts the schedule.</summary>
    void Begin(long now);

    /// <summary>Forgets what was counted so far.</summary>
    void BeginMeasuring();

    /// <summary>The next transfer that is due, if there is a free slot for it.</summary>
    bool TryTakeDue(long now, out int index, out long due);

    /// <summary>A slot is free again.</summary>
    void GiveBack(int index);

    /// <summary>How well the schedule was kept up to now; null where there is none.</summary>
    PaceReport? Report(long now);
}
