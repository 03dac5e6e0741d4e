namespace UserNvme.Cli.Perf.Steady;

/// <summary>What --steady-state looks at, over the samples of its window.</summary>
internal enum SteadyStateCriterion
{
    /// <summary>fio's iops: no sample is further from their mean than the limit.</summary>
    Iops,

    /// <summary>fio's iops_slope: the slope per second of the regression line is below the limit, in percent of the mean.</summary>
    IopsSlope,

    /// <summary>SNIA's: the samples span at most 20 % of their mean, and the regression line changes by at most 10 % of it over the window.</summary>
    Snia,
}
