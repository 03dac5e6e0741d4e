using CsCheck;
using UserNvme.Cli.Perf;

namespace UserNvme.Tests.Cli.Perf;

public class ZipfDistributionTests
{
    private const int Draws = 400_000;

    [Theory]
    [InlineData(1, 1.0)]
    [InlineData(2, 0.5)]
    [InlineData(10, 0.1)]
    [InlineData(50, 0.99)]
    [InlineData(50, 1.0)]
    [InlineData(50, 1.2)]
    [InlineData(200, 2.5)]
    public void Each_rank_has_its_share(int count, double theta)
    {
        var zipf = new ZipfDistribution((ulong)count, theta);
        var random = new OffsetSequence(1, isRandom: true, 100, 0, seed: 42);
        var seen = new long[count];
        for (var i = 0; i < Draws; i++)
            seen[zipf.NextRank(ref random)]++;

        // Chi-square against k^-theta over its sum; rare ranks are counted together, as the test asks for 5 and more each.
        var weights = Enumerable.Range(1, count).Select(k => Math.Pow(k, -theta)).ToArray();
        var expected = weights.Select(weight => Draws * weight / weights.Sum()).ToArray();
        var bins = Enumerable.Range(0, count).GroupBy(rank => expected[rank] >= 5 ? rank : -1)
            .Select(bin => (Seen: bin.Sum(rank => seen[rank]), Expected: bin.Sum(rank => expected[rank]))).ToArray();
        var chiSquare = bins.Sum(bin => (bin.Seen - bin.Expected) * (bin.Seen - bin.Expected) / bin.Expected);
        // Mean is the degrees of freedom, variance twice as much: five standard deviations with a fixed seed.
        var freedom = bins.Length - 1;
        Assert.True(chiSquare <= freedom + (5 * Math.Sqrt(2.0 * freedom)), $"chi-square {chiSquare} with {freedom} degrees of freedom");
    }

    [Fact]
    public void Each_place_has_one_rank() => Gen.Int[1, 300].Sample(count =>
    {
        var zipf = new ZipfDistribution((ulong)count, 1.1);

        var places = Enumerable.Range(0, count).Select(rank => zipf.PlaceOf((ulong)rank));

        Assert.Equal(Enumerable.Range(0, count).Select(place => (ulong)place), places.Order());
    });

    [Fact]
    public void Ranks_of_any_size_and_exponent_are_on_the_device() => Gen.Select(Gen.ULong[1, 1UL << 52], Gen.Double[0.01, 5], Gen.ULong).Sample((count, theta, seed) =>
    {
        var zipf = new ZipfDistribution(count, theta);
        var random = new OffsetSequence(1, isRandom: true, 100, 0, seed);

        for (var i = 0; i < 20; i++)
            Assert.InRange(zipf.PlaceOf(zipf.NextRank(ref random)), 0UL, count - 1);
    });
}
