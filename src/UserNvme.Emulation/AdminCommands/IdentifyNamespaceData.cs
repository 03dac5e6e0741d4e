using System.Buffers.Binary;

namespace UserNvme.Emulation.AdminCommands;

/// <summary>The Identify structures of a namespace (NVM Command Set 1.0, 4.1.5; NVMe Base 2.0, 5.17.2), written by offset.</summary>
internal static class IdentifyNamespaceData
{
    /// <summary>Fills the structure for CNS 00h.</summary>
    public static void Fill(byte[] data, EmulatedNamespace item)
    {
        for (var field = 0; field < 3; field++)
            BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(8 * field), item.BlockCount); // NSZE, NCAP, NUSE
        data[33] = 0x09;                                 // DLFEAT: deallocated blocks read as zeroes, Write Zeroes can deallocate
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(46), (ushort)item.Options.OptimalIoBoundary);
        item.Uuid.TryWriteBytes(data.AsSpan(104), bigEndian: true, out _); // NGUID
        data[130] = (byte)item.BlockShift;               // LBAF0: LBADS; no metadata, best performance
    }

    /// <summary>Fills the identification descriptors for CNS 03h: NGUID, UUID, command set.</summary>
    public static void FillDescriptors(byte[] data, EmulatedNamespace item)
    {
        var at = 0;
        Span<byte> uuid = stackalloc byte[16];
        item.Uuid.TryWriteBytes(uuid, bigEndian: true, out _);
        Append(2, uuid);
        Append(3, uuid);
        Append(4, [0]);

        void Append(byte type, ReadOnlySpan<byte> value)
        {
            data[at] = type;
            data[at + 1] = (byte)value.Length;
            value.CopyTo(data.AsSpan(at + 4));
            at += 4 + value.Length;
        }
    }

    /// <summary>Fills the structure that does not depend on the command set, for CNS 08h.</summary>
    public static void FillIndependent(byte[] data, EmulatedNamespace item)
    {
        _ = item;
        data[14] = 1; // NSTAT: ready
    }
}
