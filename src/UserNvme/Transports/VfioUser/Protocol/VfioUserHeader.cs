using System.Buffers.Binary;

namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>The 16 bytes before every message.</summary>
/// <param name="Id">Chosen by the sender of a command; its reply has the same.</param>
/// <param name="Command">What is asked for or answered.</param>
/// <param name="Size">Bytes of the whole message with this header.</param>
/// <param name="Flags">Type and flags.</param>
/// <param name="Error">In a reply with <see cref="VfioUserMessageFlags.Error"/> an error number or 0.</param>
internal readonly record struct VfioUserHeader(ushort Id, VfioUserCommand Command, int Size, VfioUserMessageFlags Flags, int Error)
{
    /// <summary>Bytes of the header.</summary>
    public const int Length = 16;

    /// <summary>The longest message that is taken: a transfer of <see cref="VfioUserCapabilities.DefaultTransfer"/> and its heads.</summary>
    public const int LongestMessage = VfioUserCapabilities.DefaultTransfer + 4096;

    private const VfioUserMessageFlags TypeMask = (VfioUserMessageFlags)0xF;

    /// <summary>Whether it answers a command.</summary>
    public bool IsReply => (Flags & TypeMask) == VfioUserMessageFlags.Reply;

    /// <summary>Whether it is a reply that says no.</summary>
    public bool IsError => IsReply && (Flags & VfioUserMessageFlags.Error) != 0;

    /// <summary>Whether the sender of the command waits for a reply.</summary>
    public bool WantsReply => !IsReply && (Flags & VfioUserMessageFlags.NoReply) == 0;

    /// <summary>Reads a header whose sizes and type are such that the message can be read.</summary>
    /// <exception cref="VfioUserProtocolException">They are not: where the next message starts is unknown.</exception>
    public static VfioUserHeader Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Length)
            throw new VfioUserProtocolException("a header is cut off");
        var size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (size is < Length or > LongestMessage)
            throw new VfioUserProtocolException($"a message has a size of {size} bytes, which is not between {Length} and {LongestMessage}");
        var flags = (VfioUserMessageFlags)BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if ((flags & TypeMask) > VfioUserMessageFlags.Reply)
            throw new VfioUserProtocolException($"a message is of type {(uint)(flags & TypeMask)}, neither command nor reply");
        return new VfioUserHeader(
            BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            (VfioUserCommand)BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]),
            (int)size,
            flags,
            BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]));
    }

    /// <summary>Writes the header.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, Id);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], (ushort)Command);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], Size);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], (uint)Flags);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], Error);
    }
}
