using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>Head of DMA_READ and DMA_WRITE, requests and replies.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioUserDmaAccess
{
    /// <summary>The first address.</summary>
    public ulong Address;

    /// <summary>Bytes.</summary>
    public ulong Count;

    /// <summary>Reads a request to read.</summary>
    /// <exception cref="VfioUserProtocolException">It is cut off, empty, longer than the limit, or wraps around the end of the addresses.</exception>
    public static VfioUserDmaAccess ParseRead(ReadOnlySpan<byte> payload, int limit)
    {
        var access = VfioUserPayload.Read<VfioUserDmaAccess>(payload, "DMA access");
        if (access.Count == 0 || access.Count > (ulong)limit || access.Address > ulong.MaxValue - access.Count)
            throw new VfioUserProtocolException($"{access.Count} bytes of memory at 0x{access.Address:x} are to be moved at once, which is not between 1 and {limit}");
        return access;
    }

    /// <summary>Reads a request to write, or a reply to a read, and its data.</summary>
    /// <exception cref="VfioUserProtocolException">It is not as long as its count says.</exception>
    public static VfioUserDmaAccess ParseWithData(ReadOnlySpan<byte> payload, int limit, out ReadOnlySpan<byte> data)
    {
        var access = ParseRead(payload, limit);
        data = payload[Unsafe.SizeOf<VfioUserDmaAccess>()..];
        if ((ulong)data.Length != access.Count)
            throw new VfioUserProtocolException($"a memory access of {access.Count} bytes comes with {data.Length}");
        return access;
    }
}
