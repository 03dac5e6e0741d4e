namespace UserNvme.Cli.Perf.Steady;

/// <summary>Looks for the first window of samples that keeps to a rule.</summary>
internal sealed class SteadyStateDetector(SteadyStateRule rule)
{
    private readonly Queue<double> _window = new();

    public SteadyStateRule Rule => rule;

    /// <summary>Whether the rule was kept.</summary>
    public bool IsAttained { get; private set; }

    /// <summary>The samples of the window that the result is about: the last one.</summary>
    public IReadOnlyCollection<double> Samples => _window;

    public double Mean => _window.Count == 0 ? 0 : _window.Average();

    /// <summary>The furthest that a sample is from the mean, in percent of the mean.</summary>
    public double DeviationPercent => OfMean(_window.Max(sample => Math.Abs(sample - Mean)));

    /// <summary>From the least sample to the largest, in percent of the mean.</summary>
    public double RangePercent => OfMean(_window.Max() - _window.Min());

    /// <summary>The slope of the regression line per sample, in percent of the mean.</summary>
    public double SlopePercent => OfMean(Slope());

    /// <summary>Takes the next sample.</summary>
    /// <returns>Whether the load is steady now.</returns>
    public bool Add(double iops)
    {
        if (IsAttained)
            return true;
        _window.Enqueue(iops);
        if (_window.Count > rule.Window)
            _window.Dequeue();
        return IsAttained = _window.Count == rule.Window && Mean > 0 && IsKept();
    }

    private bool IsKept() => rule.Criterion switch
    {
        SteadyStateCriterion.Iops => DeviationPercent <= rule.LimitPercent,
        SteadyStateCriterion.IopsSlope => Math.Abs(SlopePercent) <= rule.LimitPercent,
        _ => RangePercent <= SteadyStateRule.SniaRangePercent
            && Math.Abs(SlopePercent) * (rule.Window - 1) <= SteadyStateRule.SniaSlopePercent,
    };

    private double OfMean(double value) => Mean > 0 ? value / Mean * 100 : 0;

    // Least squares over the numbers of the samples, 0, 1, 2...
    private double Slope()
    {
        var n = _window.Count;
        if (n < 2)
            return 0;
        var middle = (n - 1) / 2.0;
        var (sum, i) = (0.0, 0);
        foreach (var sample in _window)
            sum += (i++ - middle) * sample;
        return sum / (n * ((double)n * n - 1) / 12);
    }
}
