using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace UserNvme.VmTests.Data;

/// <summary>A piece of a disk and what is to stand there: bytes that follow from the seed and from nothing else.</summary>
public readonly record struct Extent(long Offset, int Length, ulong Seed, MemoryKind Memory = MemoryKind.Dma)
{
    /// <summary>Fills memory of this extent's length. No two 8-byte words of a test are equal, so data in the wrong place shows.</summary>
    public void Fill(Span<byte> memory)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(memory);
        var state = Seed * 0x9E37_79B9_7F4A_7C15;
        for (var i = 0; i < words.Length; i++)
        {
            // SplitMix64, without its last step.
            state += 0x9E37_79B9_7F4A_7C15;
            words[i] = (state ^ (state >> 30)) * 0xBF58_476D_1CE4_E5B9;
        }
    }

    /// <summary>The SHA-256 of what is to stand there.</summary>
    public string ExpectedHash()
    {
        var extent = this;
        return InMemory(memory =>
        {
            extent.Fill(memory.Span);
            return Hash(memory.Span);
        });
    }

    /// <summary>Lends memory of this extent's length. Pooled: fresh arrays of this size cost more than what is done with them.</summary>
    public string InMemory(Func<Memory<byte>, string> use)
    {
        var memory = ArrayPool<byte>.Shared.Rent(Length);
        try
        {
            return use(memory.AsMemory(0, Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(memory);
        }
    }

    public static string Hash(ReadOnlySpan<byte> data) => Convert.ToHexString(SHA256.HashData(data));

    /// <summary>Every extent was found, and as it is to be.</summary>
    public static void AssertContents(IReadOnlyList<Extent> extents, IReadOnlyDictionary<Extent, string> found)
    {
        Assert.Equal(extents.Count, found.Count);
        Assert.Empty(extents.AsParallel().Where(extent => found[extent] != extent.ExpectedHash()).Select(extent => extent.ToString()));
    }
}
