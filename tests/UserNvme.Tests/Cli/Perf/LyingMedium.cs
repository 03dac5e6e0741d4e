using UserNvme.Emulation;

namespace UserNvme.Tests.Cli.Perf;

/// <summary>The medium of an emulated controller's first namespace, changed behind the back of all. Within a step of the controller only.</summary>
internal sealed unsafe class LyingMedium(EmulatedController controller)
{
    private const int BlockSize = 512;
    private byte[] _remembered = [];

    private EmulatedNamespace Namespace => controller.Namespaces.Find(1)!;

    /// <summary>Keeps what the medium holds now.</summary>
    public void Remember() => _remembered = Read();

    public void CopyBlock(int from, int to) => Write(to * BlockSize, Read().AsSpan(from * BlockSize, BlockSize));

    public void RestoreBlocks(int first, int count) => RestoreBytes(first * BlockSize, count * BlockSize);

    public void RestoreBytes(int offset, int length) => Write(offset, _remembered.AsSpan(offset, length));

    public void Flip(int offset) => Write(offset, [(byte)(Read()[offset] ^ 0x10)]);

    public void Write(int offset, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* place = bytes)
            Namespace.Backing.Write(offset, place, bytes.Length);
    }

    private byte[] Read()
    {
        var bytes = new byte[Namespace.BlockCount * BlockSize];
        fixed (byte* place = bytes)
            Namespace.Backing.Read(0, place, bytes.Length);
        return bytes;
    }
}
