using CsCheck;
using UserNvme.Cli.Perf;

namespace UserNvme.Tests.Cli;

public class OffsetSequenceTests
{
    [Fact]
    public void Random_places_lie_on_the_device_and_reach_all_of_it() => Gen.Select(Gen.ULong[1, 16], Gen.ULong).Sample((count, seed) =>
    {
        var sequence = new OffsetSequence(count, isRandom: true, 100, 0, seed);

        var places = Enumerable.Range(0, 1000).Select(_ => sequence.NextPlace()).ToHashSet();

        Assert.Equal(Enumerable.Range(0, (int)count).Select(place => (ulong)place), places.Order());
    });

    [Fact]
    public void Random_places_of_the_largest_device_stay_on_it() => Gen.Select(Gen.ULong[1UL << 60, ulong.MaxValue], Gen.ULong).Sample((count, seed) =>
    {
        var sequence = new OffsetSequence(count, isRandom: true, 100, 0, seed);

        Assert.All(Enumerable.Range(0, 20), _ => Assert.InRange(sequence.NextPlace(), 0UL, count - 1));
    });

    [Fact]
    public void Ascending_places_start_where_they_are_told_and_wrap() => Gen.Select(Gen.ULong[1, 50], Gen.ULong[0, 100]).Sample((count, first) =>
    {
        var sequence = new OffsetSequence(count, isRandom: false, 100, first, 1);

        for (var i = 0UL; i < 120; i++)
            Assert.Equal((first + i) % count, sequence.NextPlace());
    });

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(100, 10_000, 10_000)]
    [InlineData(70, 6_800, 7_200)]
    [InlineData(1, 50, 150)]
    public void The_share_of_reads_is_what_was_asked_for(int percent, int least, int most)
    {
        var sequence = new OffsetSequence(10, isRandom: true, percent, 0, seed: 1);

        var reads = Enumerable.Range(0, 10_000).Count(_ => !sequence.NextIsWrite());

        Assert.InRange(reads, least, most);
    }
}
