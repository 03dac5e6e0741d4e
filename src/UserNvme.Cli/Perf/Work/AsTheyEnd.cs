namespace UserNvme.Cli.Perf.Work;

/// <summary>A transfer starts as another one ends: always as many in flight as -q says.</summary>
internal readonly struct AsTheyEnd : IPace<AsTheyEnd>
{
    public static bool IsByClock => false;

    public static AsTheyEnd Create(PerfSettings settings, LoadShare share, int slots) => default;

    public void Begin(long now)
    {
    }

    public void BeginMeasuring()
    {
    }

    public bool TryTakeDue(long now, out int index, out long due)
    {
        index = 0;
        due = 0;
        return false;
    }

    public void GiveBack(int index)
    {
    }

    public PaceReport? Report(long now) => null;
}
