using System.Runtime.InteropServices;

namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>The DMA_MAP request; a descriptor comes along where the server may map the memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioUserDmaMap
{
    private const ulong PageMask = 4095;

    /// <summary>Bytes of this structure.</summary>
    public uint Argsz;

    /// <summary>What the server may do.</summary>
    public VfioUserDmaMapFlags Flags;

    /// <summary>Where the range starts in the descriptor.</summary>
    public ulong Offset;

    /// <summary>The first DMA address.</summary>
    public ulong Address;

    /// <summary>Bytes.</summary>
    public ulong Size;

    /// <summary>Reads a request whose range is made of pages and wraps around nowhere.</summary>
    /// <param name="payload">What follows the header.</param>
    /// <param name="descriptors">How many descriptors came along, which may be one or none.</param>
    /// <exception cref="VfioUserProtocolException">It is not so.</exception>
    public static VfioUserDmaMap Parse(ReadOnlySpan<byte> payload, int descriptors)
    {
        var map = VfioUserPayload.Read<VfioUserDmaMap>(payload, "DMA map");
        if (descriptors > 1)
            throw new VfioUserProtocolException($"{descriptors} descriptors came with one range of memory");
        if (map.Size == 0 || ((map.Address | map.Size | map.Offset) & PageMask) != 0 || map.Address > ulong.MaxValue - map.Size
            || map.Offset > long.MaxValue || map.Size > (ulong)long.MaxValue - map.Offset)
            throw new VfioUserProtocolException($"{map.Size} bytes at 0x{map.Address:x} from 0x{map.Offset:x} of a file are not a range of pages");
        if ((map.Flags & (VfioUserDmaMapFlags.Read | VfioUserDmaMapFlags.Write)) == 0)
            throw new VfioUserProtocolException("a range of memory may be neither read nor written");
        return map;
    }
}
