using CsCheck;
using UserNvme.Cli.Perf.Steady;

namespace UserNvme.Tests.Cli.Perf;

public class SteadyStateTests
{
    private static readonly Gen<SteadyStateRule> s_rule = Gen.Select(Gen.Enum<SteadyStateCriterion>(), Gen.Double[0.1, 50], Gen.Int[2, 6])
        .Select((criterion, limit, window) => new SteadyStateRule(criterion, limit, window));

    [Fact]
    public void It_is_attained_with_the_first_window_that_keeps_to_the_rule() => Gen.Select(s_rule, Gen.Double[50, 150].Array[0, 30]).Sample((rule, samples) =>
    {
        var detector = new SteadyStateDetector(rule);

        var attainedAt = Array.FindIndex(samples, detector.Add);

        var expected = Enumerable.Range(0, samples.Length)
            .FirstOrDefault(end => end >= rule.Window - 1 && Keeps(rule, samples[(end - rule.Window + 1)..(end + 1)]), -1);
        Assert.Equal((expected, expected >= 0), (attainedAt, detector.IsAttained));
        if (expected >= 0)
            Assert.Equal(samples[(expected - rule.Window + 1)..(expected + 1)], detector.Samples);
    });

    [Fact]
    public void Nothing_at_all_is_not_steady()
    {
        var detector = new SteadyStateDetector(new SteadyStateRule(SteadyStateCriterion.Snia, 0, 3));

        for (var i = 0; i < 10; i++)
            Assert.False(detector.Add(0));
    }

    [Theory]
    [InlineData("iops:5%", SteadyStateCriterion.Iops, 5)]
    [InlineData("iops:0.3", SteadyStateCriterion.Iops, 0.3)]
    [InlineData("iops_slope:0.3%", SteadyStateCriterion.IopsSlope, 0.3)]
    [InlineData("snia", SteadyStateCriterion.Snia, 0)]
    public void Rules_are_written_as_fio_writes_them(string text, object criterion, double limit) =>
        Assert.Equal(new SteadyStateRule((SteadyStateCriterion)criterion, limit, 0), SteadyStateRule.Parse(text));

    [Theory]
    [InlineData("iops")]
    [InlineData("iops:")]
    [InlineData("iops:-1%")]
    [InlineData("iops:0%")]
    [InlineData("bw:5%")]
    [InlineData("")]
    public void Other_rules_are_none(string text) => Assert.Null(SteadyStateRule.Parse(text));

    // By the textbook's formula of the regression line.
    private static bool Keeps(SteadyStateRule rule, double[] window)
    {
        var mean = window.Average();
        double n = window.Length, sx = 0, sy = 0, sxy = 0, sxx = 0;
        for (var i = 0; i < window.Length; i++)
            (sx, sy, sxy, sxx) = (sx + i, sy + window[i], sxy + (i * window[i]), sxx + ((double)i * i));
        var slope = Math.Abs(((n * sxy) - (sx * sy)) / ((n * sxx) - (sx * sx))) / mean * 100;
        return rule.Criterion switch
        {
            SteadyStateCriterion.Iops => window.All(sample => Math.Abs(sample - mean) / mean * 100 <= rule.LimitPercent),
            SteadyStateCriterion.IopsSlope => slope <= rule.LimitPercent,
            _ => (window.Max() - window.Min()) / mean <= 0.2 && slope * (n - 1) <= 10,
        };
    }
}
