using System.Buffers.Binary;
using CsCheck;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Tests.Processes;

/// <summary>What is done to one message of a session: bytes of header or payload overwritten, its end cut off or drawn out, other descriptors.</summary>
/// <param name="Message">Which message, counted from the session's start; from its end on it is none.</param>
/// <param name="Changes">Places, modulo the message's length, and their new bytes.</param>
/// <param name="Growth">Bytes added at the end, or taken away.</param>
/// <param name="TellsGrowth">Whether the header's size follows.</param>
/// <param name="Descriptors">How many come along; -1 for as many as there were.</param>
internal sealed record Mutation(int Message, (int At, byte Value)[] Changes, int Growth, bool TellsGrowth, int Descriptors)
{
    /// <summary>None to several mutations of a session of some messages.</summary>
    public static Gen<Mutation[]> OfSession(int messages) =>
        (from message in Gen.Int[0, messages - 1]
         from changes in Gen.Select(Gen.Frequency((1, Gen.Int[0, 15]), (3, Gen.Int[16, 63])), Gen.Byte).Array[0, 3]
         from growth in Gen.Frequency((6, Gen.Const(0)), (1, Gen.Int[-40, 40]))
         from tells in Gen.Frequency((4, Gen.Const(true)), (1, Gen.Const(false)))
         from descriptors in Gen.Frequency((4, Gen.Const(-1)), (1, Gen.Int[0, 4]))
         select new Mutation(message, changes, growth, tells, descriptors)).Array[0, 6];

    /// <summary>The message as it is sent, and how many descriptors with it.</summary>
    public (byte[] Bytes, int Descriptors) Apply(byte[] message, int descriptors)
    {
        var bytes = message;
        Array.Resize(ref bytes, Math.Max(1, message.Length + Growth));
        if (ReferenceEquals(bytes, message)) bytes = (byte[])message.Clone();
        if (TellsGrowth && bytes.Length >= VfioUserHeader.Length) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), bytes.Length);
        foreach (var (at, value) in Changes) bytes[at % bytes.Length] = value;
        return (bytes, Descriptors < 0 ? descriptors : Descriptors);
    }
}
