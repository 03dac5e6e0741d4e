using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>One region of a device as a reply to DEVICE_GET_REGION_INFO tells it.</summary>
/// <param name="Index">Which region.</param>
/// <param name="Flags">What it allows, without <see cref="VfioUserRegionFlags.Caps"/>.</param>
/// <param name="Size">Bytes; 0 where the device has no such region.</param>
/// <param name="FileOffset">Where it starts in the descriptor that comes along.</param>
/// <param name="Areas">What can be mapped: the whole region where the server lists no areas, nothing without a descriptor.</param>
internal sealed record VfioUserRegion(uint Index, VfioUserRegionFlags Flags, ulong Size, ulong FileOffset, IReadOnlyList<VfioUserMmapArea> Areas)
{
    private const ushort SparseMmap = 1;
    private const int CapabilityHead = 8;
    private const int SparseHead = CapabilityHead + 8;
    private const ulong PageMask = 4095;

    private static readonly int s_infoSize = Unsafe.SizeOf<VfioUserRegionInfo>();
    private static readonly int s_areaSize = Unsafe.SizeOf<VfioUserMmapArea>();

    /// <summary>Reads a reply.</summary>
    /// <param name="payload">What follows the header.</param>
    /// <param name="index">The region that was asked for.</param>
    /// <exception cref="VfioUserProtocolException">It is about another region, or its capabilities or areas lie outside of where they can be.</exception>
    public static VfioUserRegion Parse(ReadOnlySpan<byte> payload, uint index)
    {
        var info = VfioUserPayload.Read<VfioUserRegionInfo>(payload, "region info");
        if (info.Index != index)
            throw new VfioUserProtocolException($"it was asked for region {index} and told about region {info.Index}");
        if (info.Offset > long.MaxValue || info.Size > (ulong)long.MaxValue - info.Offset)
            throw new VfioUserProtocolException($"its region {index} has {info.Size} bytes at {info.Offset} of its file, which no file has");
        var flags = info.Flags & ~VfioUserRegionFlags.Caps;
        var listed = (info.Flags & VfioUserRegionFlags.Caps) != 0 ? ReadAreas(payload, info) : null;
        if ((flags & VfioUserRegionFlags.Mmap) == 0)
            return new VfioUserRegion(index, flags, info.Size, info.Offset, []);
        return new VfioUserRegion(index, flags, info.Size, info.Offset, listed ?? [new VfioUserMmapArea(0, info.Size)]);
    }

    /// <summary>The payload of a reply: as much of it as the client takes.</summary>
    /// <param name="room">The argsz of the request: without room for the capabilities they are left out, and the reply's argsz tells the need.</param>
    public byte[] ToBytes(uint room)
    {
        var sparse = (Flags & VfioUserRegionFlags.Mmap) != 0 && Areas.Count > 0;
        var whole = s_infoSize + (sparse ? SparseHead + (Areas.Count * s_areaSize) : 0);
        var withCapabilities = sparse && room >= whole;
        var bytes = new byte[withCapabilities ? whole : s_infoSize];
        MemoryMarshal.Write(bytes, new VfioUserRegionInfo
        {
            Argsz = (uint)whole,
            Flags = Flags | (withCapabilities ? VfioUserRegionFlags.Caps : 0),
            Index = Index,
            CapOffset = withCapabilities ? (uint)s_infoSize : 0,
            Size = Size,
            Offset = FileOffset,
        });
        if (withCapabilities)
            WriteAreas(bytes.AsSpan(s_infoSize));
        return bytes;
    }

    private void WriteAreas(Span<byte> capability)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(capability, SparseMmap);
        BinaryPrimitives.WriteUInt16LittleEndian(capability[2..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(capability[CapabilityHead..], Areas.Count);
        for (var i = 0; i < Areas.Count; i++)
            MemoryMarshal.Write(capability[(SparseHead + (i * s_areaSize))..], Areas[i]);
    }

    private static VfioUserMmapArea[]? ReadAreas(ReadOnlySpan<byte> payload, in VfioUserRegionInfo info)
    {
        var next = info.CapOffset;
        // No two heads share bytes, so that a longer walk is a circle.
        for (var left = payload.Length / CapabilityHead; next != 0; left--)
        {
            if (left == 0 || next < s_infoSize || !VfioUserPayload.IsInside(next, CapabilityHead, (ulong)payload.Length))
                throw new VfioUserProtocolException($"the capabilities of its region {info.Index} lead out of the message or in circles");
            var capability = payload[(int)next..];
            if (BinaryPrimitives.ReadUInt16LittleEndian(capability) == SparseMmap)
                return ReadSparse(capability, info);
            next = BinaryPrimitives.ReadUInt32LittleEndian(capability[4..]);
        }

        return null;
    }

    private static VfioUserMmapArea[] ReadSparse(ReadOnlySpan<byte> capability, in VfioUserRegionInfo info)
    {
        var count = capability.Length < SparseHead ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(capability[CapabilityHead..]);
        if (count > (capability.Length - SparseHead) / s_areaSize)
            throw new VfioUserProtocolException($"the areas of its region {info.Index} are cut off");
        var areas = new VfioUserMmapArea[count];
        for (var i = 0; i < areas.Length; i++)
        {
            var area = areas[i] = MemoryMarshal.Read<VfioUserMmapArea>(capability[(SparseHead + (i * s_areaSize))..]);
            if (!VfioUserPayload.IsInside(area.Offset, area.Size, info.Size) || ((area.Offset | area.Size) & PageMask) != 0)
                throw new VfioUserProtocolException(
                    $"an area of {area.Size} bytes at {area.Offset} is not made of pages of its region {info.Index} of {info.Size} bytes");
        }

        return areas;
    }
}
