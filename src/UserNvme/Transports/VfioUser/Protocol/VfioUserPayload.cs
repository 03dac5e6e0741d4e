using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>Reads and writes the fixed structures of messages, which have the byte order of the machine.</summary>
internal static class VfioUserPayload
{
    /// <summary>Reads the structure at the start of a payload; what follows it is the caller's to check.</summary>
    /// <param name="payload">What follows the header.</param>
    /// <param name="what">The message's name, for the error.</param>
    /// <exception cref="VfioUserProtocolException">The payload is shorter than the structure.</exception>
    public static T Read<T>(ReadOnlySpan<byte> payload, string what)
        where T : unmanaged
        => MemoryMarshal.TryRead(payload, out T value)
            ? value
            : throw new VfioUserProtocolException($"a {what} message has {payload.Length} bytes, fewer than its {Unsafe.SizeOf<T>()}");

    /// <summary>The bytes of a structure and what follows it.</summary>
    public static byte[] ToBytes<T>(in T value, ReadOnlySpan<byte> data = default)
        where T : unmanaged
    {
        var bytes = new byte[Unsafe.SizeOf<T>() + data.Length];
        MemoryMarshal.Write(bytes, value);
        data.CopyTo(bytes.AsSpan(Unsafe.SizeOf<T>()));
        return bytes;
    }

    /// <summary>Whether a range is not empty and lies inside a space that starts at 0, without wrapping around.</summary>
    public static bool IsInside(ulong offset, ulong length, ulong space) => length != 0 && length <= space && offset <= space - length;
}
