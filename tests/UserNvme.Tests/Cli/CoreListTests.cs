using System.Numerics;
using CsCheck;
using UserNvme.Cli.Commands.PerfOptionSets;
using UserNvme.Cli.Frame;
using UserNvme.Cli.Perf;

namespace UserNvme.Tests.Cli;

public class CoreListTests
{
    [Fact]
    public void A_mask_and_a_list_of_the_same_cores_mean_the_same() => Gen.Int[0, CoreList.Limit - 1].HashSet[1, 20].Sample(set =>
    {
        var cores = set.Order().ToArray();
        var mask = cores.Aggregate(BigInteger.Zero, (sum, core) => sum | (BigInteger.One << core));

        var fromMask = CoreList.Parse("0x" + mask.ToString("x"), out _);
        var fromList = CoreList.Parse(string.Join(',', cores), out _);

        Assert.Equal(cores, fromMask);
        Assert.Equal(cores, fromList);
    });

    [Fact]
    public void What_is_described_is_parsed_back() => Gen.Int[0, 40].HashSet[1, 20].Sample(set =>
    {
        var cores = set.Order().ToArray();

        var parsed = CoreList.Parse(CoreList.Describe(cores).Replace(" ", "", StringComparison.Ordinal), out _);

        Assert.Equal(cores, parsed);
    });

    [Theory]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("0xg")]
    [InlineData("0x-1")]
    [InlineData("-1")]
    [InlineData("1,")]
    [InlineData("1,,2")]
    [InlineData("2-1")]
    [InlineData("1-2-3")]
    [InlineData("1 2")]
    [InlineData("1024")]
    [InlineData("99999999999")]
    [InlineData("0x0")]
    public void What_is_neither_a_mask_nor_a_list_has_a_sentence(string text)
    {
        Assert.Null(CoreList.Parse(text, out var error));

        Assert.Contains($"'{text}'", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { 0, 1, 2 }, 1)]
    [InlineData(new[] { 2, 3 }, 2)]
    [InlineData(new[] { 0 }, 0)]
    public void The_default_is_the_first_allowed_core_that_is_not_core_0(int[] allowed, int expected) =>
        Assert.Equal([expected], PlaceOptions.Cores(null, allowed));

    [Fact]
    public void An_absent_core_is_named_with_those_that_there_are()
    {
        var error = Assert.Throws<ToolException>(() => PlaceOptions.Cores("0-2,7", [0, 1, 3]));

        Assert.Equal((ExitCode.Usage, "-c (--core-mask): this process cannot run on core 2, 7; it can on 0-1, 3."), (error.Code, error.Message));
    }
}
