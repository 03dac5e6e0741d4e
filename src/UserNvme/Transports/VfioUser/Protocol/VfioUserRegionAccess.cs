using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>Head of REGION_READ and REGION_WRITE, requests and replies.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioUserRegionAccess
{
    /// <summary>Where in the region, in bytes.</summary>
    public ulong Offset;

    /// <summary>Which region.</summary>
    public uint Region;

    /// <summary>Bytes.</summary>
    public uint Count;

    /// <summary>Reads a request to read.</summary>
    /// <exception cref="VfioUserProtocolException">It is cut off, empty or longer than the limit.</exception>
    public static VfioUserRegionAccess ParseRead(ReadOnlySpan<byte> payload, int limit)
    {
        var access = VfioUserPayload.Read<VfioUserRegionAccess>(payload, "region access");
        if (access.Count == 0 || access.Count > limit)
            throw new VfioUserProtocolException($"{access.Count} bytes of a region are to be moved at once, which is not between 1 and {limit}");
        return access;
    }

    /// <summary>Reads a request to write, or a reply to a read, and its data.</summary>
    /// <exception cref="VfioUserProtocolException">It is not as long as its count says.</exception>
    public static VfioUserRegionAccess ParseWithData(ReadOnlySpan<byte> payload, int limit, out ReadOnlySpan<byte> data)
    {
        var access = ParseRead(payload, limit);
        data = payload[Unsafe.SizeOf<VfioUserRegionAccess>()..];
        if ((uint)data.Length != access.Count)
            throw new VfioUserProtocolException($"a region access of {access.Count} bytes comes with {data.Length}");
        return access;
    }
}
