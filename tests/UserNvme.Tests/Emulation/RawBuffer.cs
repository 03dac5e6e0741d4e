namespace UserNvme.Tests.Emulation;

/// <summary>A stretch of DMA memory and its IOVA.</summary>
internal readonly unsafe struct RawBuffer(byte* address, int length, ulong iova)
{
    public byte* Address => address;

    public int Length => length;

    public ulong Iova => iova;

    public Span<byte> Span => new(address, length);

    public RawBuffer Slice(int offset, int count) => new(address + offset, count, iova + (ulong)offset);
}
