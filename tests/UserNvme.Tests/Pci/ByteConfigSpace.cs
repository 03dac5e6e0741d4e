using UserNvme.Pci;

namespace UserNvme.Tests.Pci;

/// <summary>A configuration space of bytes in an array, which fails the test that reads outside.</summary>
internal sealed class ByteConfigSpace(byte[] bytes) : PciConfigSpace
{
    public ByteConfigSpace()
        : this(new byte[256]) { }

    public byte this[int offset]
    {
        get => bytes[offset];
        set => bytes[offset] = value;
    }

    public ByteConfigSpace WithCapabilities(params (int Offset, byte Id)[] chain)
    {
        bytes[0x06] |= 1 << 4;
        bytes[0x34] = (byte)chain[0].Offset;
        for (var i = 0; i < chain.Length; i++)
        {
            bytes[chain[i].Offset] = chain[i].Id;
            bytes[chain[i].Offset + 1] = (byte)(i + 1 < chain.Length ? chain[i + 1].Offset : 0);
        }

        return this;
    }

    protected override void Read(int offset, Span<byte> destination) => bytes.AsSpan(offset, destination.Length).CopyTo(destination);

    protected override void Write(int offset, ReadOnlySpan<byte> source) => source.CopyTo(bytes.AsSpan(offset, source.Length));
}
