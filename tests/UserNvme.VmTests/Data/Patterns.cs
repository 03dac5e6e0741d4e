namespace UserNvme.VmTests.Data;

/// <summary>Which extents the data tests write and read. None overlaps another.</summary>
public static class Patterns
{
    /// <summary>Sizes and places that drivers get wrong, each from every kind of memory.</summary>
    public static IReadOnlyList<Extent> Corners(int blockSize, int maxTransferBytes)
    {
        // Length, and the offset in blocks from the start of the extent's own 24 MiB.
        (int Length, int Block)[] shapes =
        [
            (blockSize, 1),
            (4096, 0),
            (4096, 4097),
            (128 << 10, 0),
            (128 << 10, 3),
            (maxTransferBytes, 5),
            (maxTransferBytes + blockSize, 1),
            (8 << 20, 0),
            (8 << 20, 7),
        ];
        return [.. shapes.SelectMany((shape, i) => Enum.GetValues<MemoryKind>().Select((memory, j) =>
        {
            var number = i * Enum.GetValues<MemoryKind>().Length + j;
            return new Extent(number * (24L << 20) + (long)shape.Block * blockSize, shape.Length, (ulong)number + 1, memory);
        }))];
    }

    /// <summary>Extents of 512 bytes to 1 MiB, every order of magnitude as likely as the others, in random order, with gaps of up to 16 blocks.</summary>
    public static IReadOnlyList<Extent> Random(int count, int seed)
    {
        const int BlockSize = 512;
        const long MostBytes = 2L << 30;
        var random = new Random(seed);
        var extents = new Extent[count];
        long offset = 0, total = 0;
        for (var i = 0; i < count; i++)
        {
            offset += random.Next(17) * BlockSize;
            var length = (int)Math.Pow(2, 9 + random.NextDouble() * 11) / BlockSize * BlockSize;
            extents[i] = new Extent(offset, length, (ulong)random.NextInt64(), i % 8 == 0 ? MemoryKind.Ordinary : MemoryKind.Dma);
            offset += length;
            total += length;
        }
        Assert.InRange(total, 1, MostBytes);
        random.Shuffle(extents);
        return extents;
    }
}
