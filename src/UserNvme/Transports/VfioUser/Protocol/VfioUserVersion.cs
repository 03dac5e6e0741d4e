using System.Buffers.Binary;

namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>The first message of each end.</summary>
/// <param name="Major">Ends of different majors do not understand each other.</param>
/// <param name="Minor">The server answers with its own or the client's, whichever is lower.</param>
/// <param name="Capabilities">What the sender can take.</param>
internal sealed record VfioUserVersion(ushort Major, ushort Minor, VfioUserCapabilities Capabilities)
{
    /// <summary>The major version that this library speaks.</summary>
    public const ushort OurMajor = 0;

    /// <summary>The minor version that this library speaks.</summary>
    public const ushort OurMinor = 1;

    private const int Head = 4;

    /// <summary>Reads the payload of a version message.</summary>
    /// <exception cref="VfioUserProtocolException">It is too short or its capabilities cannot be read.</exception>
    public static VfioUserVersion Parse(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < Head)
            throw new VfioUserProtocolException($"its version message has {payload.Length} bytes, fewer than {Head}");
        return new VfioUserVersion(
            BinaryPrimitives.ReadUInt16LittleEndian(payload),
            BinaryPrimitives.ReadUInt16LittleEndian(payload[2..]),
            VfioUserCapabilities.Parse(payload[Head..]));
    }

    /// <summary>The payload of a version message.</summary>
    public byte[] ToBytes()
    {
        var text = Capabilities.ToBytes();
        var bytes = new byte[Head + text.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, Major);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), Minor);
        text.CopyTo(bytes.AsSpan(Head));
        return bytes;
    }
}
