namespace UserNvme.Cli.Perf.Verify;

/// <summary>Tells what is wrong with a block that is not the expected one. Cold: only then.</summary>
internal static class BlockExaminer
{
    /// <summary>What a read's memory is filled with beforehand: nothing that <see cref="BlockPattern"/> makes.</summary>
    public const byte Poison = 0xDB;

    public static Mismatch Examine(ReadOnlySpan<byte> block, in BlockTag expected, string address)
    {
        if (!block.ContainsAnyExcept(Poison))
            return new Mismatch(MismatchKind.NotFilled, address, expected, null, "memory that the device did not fill");
        if (!BlockPattern.TryReadTag(block, out var found))
            return NoTag(block, expected, address);
        if (!BlockPattern.HasChecksum(block))
            return Broken(block, expected, found, address);
        if (found.Run != expected.Run)
            return new Mismatch(MismatchKind.Stale, address, expected, found, $"LBA {found.Lba} of an earlier run");
        if ((found.Device, found.NamespaceId, found.Lba) != (expected.Device, expected.NamespaceId, expected.Lba))
            return new Mismatch(MismatchKind.Misdirected, address, expected, found, Describe(found, expected));
        return new Mismatch(MismatchKind.Stale, address, expected, found, Describe(found, expected));
    }

    private static Mismatch NoTag(ReadOnlySpan<byte> block, in BlockTag expected, string address) => block.ContainsAnyExcept((byte)0)
        ? new Mismatch(MismatchKind.Corrupt, address, expected, null, $"other bytes, the first wrong byte at {FirstWrong(block, expected)} of {block.Length}")
        : new Mismatch(MismatchKind.Stale, address, expected, null, "zeroes");

    // The header is one of ours, the bytes behind it are not its own.
    private static Mismatch Broken(ReadOnlySpan<byte> block, in BlockTag expected, in BlockTag found, string address) =>
        BlockPattern.TryReadTrailer(block, expected, out var generation) && generation != found.Generation && EndsAs(block, expected with { Generation = generation })
            ? new Mismatch(MismatchKind.Torn, address, expected, found, $"generation {found.Generation} at the beginning and {generation} at the end of the block")
            : new Mismatch(MismatchKind.Corrupt, address, expected, found,
                $"{Describe(found, expected)} with a wrong checksum, the first wrong byte at {FirstWrong(block, found.Lba == expected.Lba ? found : expected)} of {block.Length}");

    private static string Describe(in BlockTag found, in BlockTag expected)
    {
        var where = found.NamespaceId == expected.NamespaceId ? "" : $" of namespace {found.NamespaceId}";
        var device = found.Device == expected.Device ? "" : $" of device {found.Device}";
        return $"LBA {found.Lba}{where}{device} generation {found.Generation}";
    }

    // More than the trailer alone, which a single wrong byte can change.
    private static bool EndsAs(ReadOnlySpan<byte> block, in BlockTag tag)
    {
        var other = new byte[block.Length];
        BlockPattern.Write(other, tag);
        return block[^16..].SequenceEqual(other.AsSpan()[^16..]);
    }

    private static int FirstWrong(ReadOnlySpan<byte> block, in BlockTag tag)
    {
        var right = new byte[block.Length];
        BlockPattern.Write(right, tag);
        return block.CommonPrefixLength(right);
    }
}
