using CsCheck;
using UserNvme.Cli.Perf.Verify;

namespace UserNvme.Tests.Cli.Perf;

public class BlockPatternTests
{
    private static readonly Gen<BlockTag> s_tag =
        Gen.Select(Gen.ULong, Gen.UInt, Gen.UInt, Gen.ULong, Gen.UInt).Select((run, device, nsid, lba, generation) => new BlockTag(run, device, nsid, lba, generation));

    private static readonly Gen<int> s_size = Gen.Int[0, 3].Select(i => ((int[])[512, 520, 4096, 65536])[i]);

    [Fact]
    public void A_block_is_recognized_with_its_own_tag_only() => Gen.Select(s_tag, s_tag, s_size).Sample((tag, other, size) =>
    {
        var block = Block(tag, size);

        Assert.True(BlockPattern.Is(block, tag));
        Assert.Equal(tag == other, BlockPattern.Is(block, other));
        Assert.True(BlockPattern.TryReadTag(block, out var read));
        Assert.Equal(tag, read);
    });

    [Fact]
    public void Any_changed_bit_is_noticed() => Gen.Select(s_tag, s_size, Gen.UInt, Gen.Int[0, 7]).Sample((tag, size, position, bit) =>
    {
        var block = Block(tag, size);
        block[position % (uint)size] ^= (byte)(1 << bit);

        Assert.False(BlockPattern.Is(block, tag));
    });

    [Fact]
    public void A_block_that_is_new_up_to_any_byte_and_old_from_there_is_noticed() =>
        Gen.Select(s_tag, s_size, Gen.UInt).Sample((tag, size, position) =>
        {
            var split = 1 + (int)(position % (uint)(size - 1));
            var next = tag with { Generation = tag.Generation + 1 };
            byte[] torn = [.. Block(next, size)[..split], .. Block(tag, size)[split..]];

            // In the last bytes the two may be the same.
            Assert.Equal(torn.AsSpan().SequenceEqual(Block(next, size)), BlockPattern.Is(torn, next));
        });

    [Fact]
    public void Poison_is_no_block() =>
        Assert.Equal(MismatchKind.NotFilled, BlockExaminer.Examine(Enumerable.Repeat(BlockExaminer.Poison, 512).ToArray(), new BlockTag(1, 2, 3, 4, 5), "x").Kind);

    private static byte[] Block(BlockTag tag, int size)
    {
        var block = new byte[size];
        BlockPattern.Write(block, tag);
        return block;
    }
}
