namespace UserNvme.Cli.Perf.Report;

/// <summary>An axis of a chart: where a value lies on it, from 0 to 1, and the marks.</summary>
/// <param name="Title">What it shows, with the unit where the marks have none.</param>
/// <param name="Position">From a value to 0...1; values outside lie outside.</param>
/// <param name="Ticks">Values and their labels, ascending.</param>
internal sealed record Axis(string Title, Func<double, double> Position, IReadOnlyList<(double Value, string Label)> Ticks)
{
    private const int MostTicks = 6;

    /// <summary>From 0 to the largest value, or a round number above it.</summary>
    /// <param name="title">The title.</param>
    /// <param name="max">The largest value.</param>
    /// <param name="label">Writes a mark.</param>
    /// <param name="round">Whether the axis ends at a mark.</param>
    public static Axis Linear(string title, double max, Func<double, string> label, bool round = true)
    {
        max = max > 0 ? max : 1;
        var step = RoundStep(max / MostTicks);
        var end = round ? Math.Ceiling(max / step - 1e-9) * step : max;
        var ticks = Enumerable.Range(0, (int)(end / step + 1e-9) + 1).Select(i => (i * step, label(i * step)));
        return new Axis(title, value => value / end, [.. ticks]);
    }

    /// <summary>Times in nanoseconds by their logarithm, over whole steps of 1, 2, 5, 10.</summary>
    public static Axis LogTime(string title, double min, double max)
    {
        var (from, to) = (Math.Log10(LogStep(Math.Max(1, min), up: false)), Math.Log10(LogStep(Math.Max(2, max), up: true)));
        if (to <= from)
            to = from + 0.4;
        var marks = new List<double>();
        double[] steps = to - from <= 1.5 ? [1, 2, 5] : to - from <= 3 ? [1, 3] : [1];
        for (var decade = Math.Floor(from); decade <= to; decade++)
            marks.AddRange(steps.Select(step => step * Math.Pow(10, decade)));
        var ticks = marks.Where(value => Math.Log10(value) >= from - 1e-9 && Math.Log10(value) <= to + 1e-9).Select(value => (value, Html.Time(value)));
        return new Axis(title, value => (Math.Log10(Math.Max(value, 0.1)) - from) / (to - from), [.. ticks]);
    }

    /// <summary>Percentiles by their number of nines: 90 %, 99 % and 99.9 % are equally far apart.</summary>
    /// <param name="title">The title.</param>
    /// <param name="nines">How far it goes: 7 for 99.99999 %.</param>
    public static Axis Nines(string title, double nines)
    {
        var ticks = new List<(double, string)> { (0, Html.Percent(0)), (50, Html.Percent(50)) };
        for (var i = 1; i <= nines + 1e-9; i++)
            ticks.Add((100 - Math.Pow(10, 2 - i), Html.Percent(100 - Math.Pow(10, 2 - i))));
        return new Axis(title, percent => -Math.Log10(Math.Max(1e-12, 1 - (percent / 100))) / nines, ticks);
    }

    private static double RoundStep(double least)
    {
        var decade = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return decade * ((double[])[1, 2, 2.5, 5, 10]).First(step => step * decade >= least - 1e-9 * decade);
    }

    private static double LogStep(double value, bool up)
    {
        var decade = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return up
            ? decade * ((double[])[1, 2, 5, 10]).First(step => step * decade >= value * (1 - 1e-9))
            : decade * ((double[])[5, 2, 1]).First(step => step * decade <= value * (1 + 1e-9));
    }
}
