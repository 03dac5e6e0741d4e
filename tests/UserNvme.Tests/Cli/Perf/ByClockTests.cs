using UserNvme.Cli.Perf;
using UserNvme.Cli.Perf.Work;

namespace UserNvme.Tests.Cli.Perf;

/// <summary>The schedule of --rate, on a clock of the test's own. Times in nanoseconds.</summary>
public class ByClockTests
{
    private const long Start = 1_000_000;

    // 1,000,000 a second over four loads: each is due every 4,000 ns, 1,000 ns apart.
    private static readonly PerfSettings s_settings = PerfSettings.Initial with { Rate = 1_000_000 };

    [Fact]
    public void Transfers_are_due_at_equal_distances_and_the_loads_take_turns()
    {
        var due = Enumerable.Range(0, 4).SelectMany(number => Due(Begin(number, slots: 1000), Start + 39_999)).Order();

        Assert.Equal(Enumerable.Range(0, 40).Select(i => Start + (i * 1000L)), due);
    }

    [Fact]
    public void What_is_late_is_started_all_the_same_and_its_lag_is_told()
    {
        var pace = Begin(0, slots: 1000);

        Assert.Equal([Start, Start + 4000, Start + 8000], Due(pace, Start + 9000));
        var report = Report(ref pace, Start + 9000);
        Assert.Equal((3, 9000 + 5000 + 1000, 9000, 0, 0), (report.Started, report.SumLag, report.MaxLag, report.Waited, report.Backlog));
    }

    [Fact]
    public void Without_a_free_slot_it_waits_and_is_counted()
    {
        var pace = Begin(0, slots: 1);
        Assert.True(pace.TryTakeDue(Start, out var slot, out _));
        Assert.False(pace.TryTakeDue(Start + 9000, out _, out _));
        Assert.Equal(2, pace.Report(Start + 9000)!.Backlog);
        Assert.Equal(5000, pace.Report(Start + 9000)!.Behind);

        pace.GiveBack(slot);
        Assert.True(pace.TryTakeDue(Start + 10_000, out _, out var due));

        Assert.Equal(Start + 4000, due);
        var report = pace.Report(Start + 10_000)!;
        Assert.Equal((2, 1, 6000), (report.Started, report.Waited, report.MaxLag));
    }

    [Fact]
    public void Rounding_does_not_add_up()
    {
        var pace = ByClock.Create(PerfSettings.Initial with { Rate = 3e6 }, new LoadShare(0, 0, 1, 0, 0, 1), slots: 2);
        pace.Begin(Start);
        long last = 0;
        for (var i = 0; i <= 3_000_000; i++)
        {
            Assert.True(pace.TryTakeDue(long.MaxValue, out var slot, out last));
            pace.GiveBack(slot);
        }

        Assert.Equal(Start + 1_000_000_000, last);
    }

    private static ByClock Begin(int number, int slots)
    {
        var pace = ByClock.Create(s_settings, new LoadShare(0, number, 4, 0, number, 4), slots);
        pace.Begin(Start);
        return pace;
    }

    private static List<long> Due(ByClock pace, long now)
    {
        var taken = new List<long>();
        while (pace.TryTakeDue(now, out _, out var due))
            taken.Add(due);
        return taken;
    }

    private static PaceReport Report(ref ByClock pace, long now)
    {
        while (pace.TryTakeDue(now, out _, out _))
        {
        }

        return pace.Report(now)!;
    }
}
