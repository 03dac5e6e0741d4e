using System.Buffers.Binary;
using UserNvme.Block;

namespace UserNvme.Cli.Safety;

/// <summary>
/// A copy of a device's beginning and end, where signatures stand. Offsets are those of the device; what lies outside both parts, or
/// outside the device, reads as nothing.
/// </summary>
internal sealed class ProbeWindow
{
    /// <summary>Bytes read from the beginning: the furthest signatures there are VMFS's at 2 MiB.</summary>
    public const int HeadBytes = (2 << 20) + (128 << 10);

    /// <summary>Bytes read from the end: ZFS's last labels start 512 KiB before the end, rounded down to 256 KiB.</summary>
    public const int TailBytes = 1 << 20;

    private readonly byte[] _head;
    private readonly byte[] _tail;

    private ProbeWindow(long length, int blockSize, byte[] head, byte[] tail)
    {
        Length = length;
        BlockSize = blockSize;
        _head = head;
        _tail = tail;
    }

    /// <summary>The device's capacity in bytes.</summary>
    public long Length { get; }

    /// <summary>Bytes of a logical block.</summary>
    public int BlockSize { get; }

    public static async Task<ProbeWindow> ReadAsync(IBlockDevice device, CancellationToken cancellationToken)
    {
        var length = device.Info.Length;
        var head = new byte[Math.Min(length, HeadBytes)];
        await device.ReadAsync(head, 0, cancellationToken).ConfigureAwait(false);
        var tail = new byte[Math.Min(length, TailBytes)];
        await device.ReadAsync(tail, length - tail.Length, cancellationToken).ConfigureAwait(false);
        return new ProbeWindow(length, device.Info.BlockSize, head, tail);
    }

    /// <summary>The bytes at an offset of the device; empty where not all of them were read.</summary>
    public ReadOnlySpan<byte> At(long offset, int count)
    {
        if (offset < 0 || offset + count > Length)
            return default;
        if (offset + count <= _head.Length)
            return _head.AsSpan((int)offset, count);
        var inTail = offset - (Length - _tail.Length);
        return inTail >= 0 ? _tail.AsSpan((int)inTail, count) : default;
    }

    /// <summary>Whether these bytes stand at an offset of the device.</summary>
    public bool Has(long offset, ReadOnlySpan<byte> magic) => At(offset, magic.Length) is { IsEmpty: false } found && found.SequenceEqual(magic);

    /// <summary>The little-endian number at an offset; 0 where it was not read.</summary>
    public ushort UInt16(long offset) => At(offset, 2) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : (ushort)0;

    /// <inheritdoc cref="UInt16"/>
    public uint UInt32(long offset) => At(offset, 4) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    /// <inheritdoc cref="UInt16"/>
    public ulong UInt64(long offset) => At(offset, 8) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;
}
