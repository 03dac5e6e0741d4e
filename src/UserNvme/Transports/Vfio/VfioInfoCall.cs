using System.Buffers.Binary;
using UserNvme.Interop;

namespace UserNvme.Transports.Vfio;

/// <summary>The info calls of VFIO: the first answer says how long the whole one is, the second one brings it.</summary>
internal static class VfioInfoCall
{
    // The chain may grow between two calls (a group joins the container), but it does not grow for ever.
    private const int MaximumCalls = 8;
    private const int MaximumLength = 1 << 20;

    /// <summary>Asks until the answer fits.</summary>
    /// <param name="file">The container or the device.</param>
    /// <param name="request">A request whose structure begins with argsz.</param>
    /// <param name="length">Bytes of the structure's fixed part.</param>
    /// <param name="index">Written at byte 8, where the region and interrupt calls have their index.</param>
    /// <param name="answer">The whole answer.</param>
    /// <returns>0, or a negated error number.</returns>
    public static unsafe int TryAsk(FileDescriptor file, int request, int length, uint? index, out byte[] answer)
    {
        answer = [];
        for (var call = 0; call < MaximumCalls; call++)
        {
            var buffer = new byte[length];
            BinaryPrimitives.WriteUInt32LittleEndian(buffer, (uint)length);
            if (index is { } value)
                BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(8), value);
            int result;
            fixed (byte* argument = buffer)
                result = file.Ioctl(request, argument);
            if (result < 0)
                return result;
            answer = buffer;
            var needed = BinaryPrimitives.ReadUInt32LittleEndian(buffer);
            if (needed <= length || needed > MaximumLength)
                return 0;
            length = (int)needed;
        }

        return 0;
    }
}
