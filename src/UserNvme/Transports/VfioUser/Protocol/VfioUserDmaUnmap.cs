using System.Runtime.InteropServices;
using UserNvme.Interop;

namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>Request and reply of DMA_UNMAP.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioUserDmaUnmap
{
    /// <summary>Bytes that the client takes.</summary>
    public uint Argsz;

    /// <summary>One range or all.</summary>
    public VfioUserDmaUnmapFlags Flags;

    /// <summary>The first DMA address of a mapped range.</summary>
    public ulong Address;

    /// <summary>Its bytes.</summary>
    public ulong Size;

    /// <summary>Reads a request.</summary>
    /// <exception cref="VfioUserProtocolException">It asks for what is not offered, or its range cannot be.</exception>
    public static VfioUserDmaUnmap Parse(ReadOnlySpan<byte> payload)
    {
        var unmap = VfioUserPayload.Read<VfioUserDmaUnmap>(payload, "DMA unmap");
        if ((unmap.Flags & ~VfioUserDmaUnmapFlags.All) != 0)
            throw new VfioUserProtocolException($"memory is to be unmapped with flags 0x{(uint)unmap.Flags:x}, which are not offered", Errno.EOPNOTSUPP);
        var all = (unmap.Flags & VfioUserDmaUnmapFlags.All) != 0;
        if (all ? (unmap.Address | unmap.Size) != 0 : unmap.Size == 0 || unmap.Address > ulong.MaxValue - unmap.Size)
            throw new VfioUserProtocolException($"{unmap.Size} bytes at 0x{unmap.Address:x} cannot be unmapped");
        return unmap;
    }
}
