using System.Globalization;

namespace UserNvme.Cli.Perf.Steady;

/// <summary>--steady-state and --ss-dur: when the load counts as steady.</summary>
/// <param name="Criterion">What is looked at.</param>
/// <param name="LimitPercent">The limit, in percent of the mean; without meaning for SNIA's.</param>
/// <param name="Window">How many samples, of a second each, have to keep to it.</param>
internal sealed record SteadyStateRule(SteadyStateCriterion Criterion, double LimitPercent, int Window)
{
    public const double SniaRangePercent = 20;
    public const double SniaSlopePercent = 10;

    private const string Snia = "snia";

    /// <summary>As fio writes it: iops:5%, iops_slope:0.3%; or snia.</summary>
    public override string ToString() => Criterion == SteadyStateCriterion.Snia
        ? Snia
        : string.Create(CultureInfo.InvariantCulture, $"{Name(Criterion)}:{LimitPercent:0.######}%");

    /// <summary>Reads iops:5%, iops_slope:0.3% (the % may be missing) or snia; the window is filled in later.</summary>
    public static SteadyStateRule? Parse(string text)
    {
        if (text == Snia)
            return new SteadyStateRule(SteadyStateCriterion.Snia, 0, 0);
        foreach (var criterion in (SteadyStateCriterion[])[SteadyStateCriterion.IopsSlope, SteadyStateCriterion.Iops])
        {
            var start = Name(criterion) + ":";
            if (text.StartsWith(start, StringComparison.Ordinal)
                && double.TryParse(text[start.Length..].TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var limit)
                && limit is > 0 and <= 1e6)
                return new SteadyStateRule(criterion, limit, 0);
        }

        return null;
    }

    private static string Name(SteadyStateCriterion criterion) => criterion == SteadyStateCriterion.Iops ? "iops" : "iops_slope";
}
