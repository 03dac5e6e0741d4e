using UserNvme.Cli.Commands;

namespace UserNvme.Tests.Cli;

public class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("4k", 4096)]
    [InlineData("4K", 4096)]
    [InlineData("128KiB", 131072)]
    [InlineData("1m", 1 << 20)]
    [InlineData("2G", 2L << 30)]
    [InlineData("8388607T", 8388607L << 40)]
    public void A_size_with_or_without_suffix_is_understood(string text, long expected)
    {
        Assert.True(ByteSize.TryParse(text, out var bytes));

        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("k")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.5k")]
    [InlineData("4 k")]
    [InlineData("4kk")]
    [InlineData("4B")]
    [InlineData("0x10")]
    [InlineData("8388608T")]
    [InlineData("99999999999999999999")]
    public void Anything_else_is_not(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData(512, "512 B")]
    [InlineData(4096, "4 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(3L << 40, "3 TiB")]
    public void A_size_is_described_in_the_unit_that_fits(long bytes, string expected) => Assert.Equal(expected, ByteSize.Describe(bytes));
}
