using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;

namespace UserNvme.Cli.Perf.Verify;

/// <summary>
/// The bytes of a marked block: a header with the tag and a checksum (XXH3) of all the rest, then words that depend on the tag and their
/// position, and at the end the generation once more, so that a block of which only a part was written shows it.
/// </summary>
internal static class BlockPattern
{
    /// <summary>The smallest block, in bytes.</summary>
    public const int MinBytes = 512;

    private const ulong Magic = 0x5946_5256_4D56_4E55; // "UNVMVRFY"
    private const int HeaderBytes = 48;
    private const int ChecksumAt = 40;
    private const int TrailerBytes = 8;
    private const ulong Step = 0x9E37_79B9_7F4A_7C15;

    /// <summary>Fills a block.</summary>
    public static void Write(Span<byte> block, in BlockTag tag)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(block, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(block[8..], tag.Run);
        BinaryPrimitives.WriteUInt32LittleEndian(block[16..], tag.Device);
        BinaryPrimitives.WriteUInt32LittleEndian(block[20..], tag.NamespaceId);
        BinaryPrimitives.WriteUInt64LittleEndian(block[24..], tag.Lba);
        BinaryPrimitives.WriteUInt32LittleEndian(block[32..], tag.Generation);
        BinaryPrimitives.WriteUInt32LittleEndian(block[36..], 0);
        FillWords(MemoryMarshal.Cast<byte, ulong>(block[HeaderBytes..^TrailerBytes]), Seed(tag));
        BinaryPrimitives.WriteUInt64LittleEndian(block[^TrailerBytes..], Trailer(tag));
        BinaryPrimitives.WriteUInt64LittleEndian(block[ChecksumAt..], Checksum(block));
    }

    /// <summary>Whether a block is what <see cref="Write"/> made for this tag.</summary>
    public static bool Is(ReadOnlySpan<byte> block, in BlockTag tag) =>
        TryReadTag(block, out var found) && found == tag && HasChecksum(block);

    /// <summary>The tag in the header; false if this is no header.</summary>
    public static bool TryReadTag(ReadOnlySpan<byte> block, out BlockTag tag)
    {
        tag = new BlockTag(
            BinaryPrimitives.ReadUInt64LittleEndian(block[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(block[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(block[20..]),
            BinaryPrimitives.ReadUInt64LittleEndian(block[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(block[32..]));
        return BinaryPrimitives.ReadUInt64LittleEndian(block) == Magic && BinaryPrimitives.ReadUInt32LittleEndian(block[36..]) == 0;
    }

    /// <summary>Whether the checksum in the header is that of the bytes.</summary>
    public static bool HasChecksum(ReadOnlySpan<byte> block) =>
        BinaryPrimitives.ReadUInt64LittleEndian(block[ChecksumAt..]) == Checksum(block);

    /// <summary>The generation at the end of a block, if the end is one for this logical block.</summary>
    public static bool TryReadTrailer(ReadOnlySpan<byte> block, in BlockTag tag, out uint generation)
    {
        var trailer = BinaryPrimitives.ReadUInt64LittleEndian(block[^TrailerBytes..]);
        generation = (uint)(trailer >> 32);
        return (uint)trailer == (uint)Trailer(tag);
    }

    private static void FillWords(Span<ulong> words, ulong seed)
    {
        var vectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(words);
        var next = Vector.Create(seed) + (Vector<ulong>.Indices * Step);
        var step = Vector.Create(unchecked((ulong)Vector<ulong>.Count * Step));
        foreach (ref var vector in vectors)
        {
            vector = next;
            next += step;
        }

        for (var i = vectors.Length * Vector<ulong>.Count; i < words.Length; i++)
            words[i] = unchecked(seed + ((ulong)i * Step));
    }

    private static ulong Seed(in BlockTag tag)
    {
        var mixed = tag.Run ^ BitOperations.RotateLeft(tag.Lba * Step, 17) ^ (((ulong)tag.Device << 32) | tag.NamespaceId);
        return (mixed ^ (mixed >> 29)) * 0xBF58_476D_1CE4_E5B9 + tag.Generation;
    }

    private static ulong Trailer(in BlockTag tag) => ((ulong)tag.Generation << 32) | (uint)((tag.Lba * Step) >> 32);

    // Over what is before and behind the checksum itself.
    private static ulong Checksum(ReadOnlySpan<byte> block) =>
        XxHash3.HashToUInt64(block[HeaderBytes..]) ^ BitOperations.RotateLeft(XxHash3.HashToUInt64(block[..ChecksumAt]), 1);
}
