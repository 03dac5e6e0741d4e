using System.Buffers.Binary;
using UserNvme.Spec;

namespace UserNvme.Emulation.AdminCommands;

/// <summary>The Error Information log (NVMe Base 2.0, 5.16.1.2): the last failed commands, the newest first.</summary>
internal sealed class ErrorLog
{
    private const int EntrySize = 64;
    private readonly byte[] _entries = new byte[(IdentifyControllerData.ErrorLogEntries + 1) * EntrySize];

    /// <summary>How many errors there were since power-on.</summary>
    public ulong Count { get; private set; }

    /// <summary>The log page.</summary>
    public ReadOnlySpan<byte> Page => _entries;

    /// <summary>Adds an entry.</summary>
    public void Add(ushort queueId, in SubmissionEntry command, NvmeStatus status)
    {
        Count++;
        _entries.AsSpan(0, _entries.Length - EntrySize).CopyTo(_entries.AsSpan(EntrySize));
        var entry = _entries.AsSpan(0, EntrySize);
        entry.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(entry, Count);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[8..], queueId);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[10..], command.CommandId);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[12..], (ushort)(status.Value << 1));
        BinaryPrimitives.WriteUInt16LittleEndian(entry[14..], 0xFFFF); // Parameter error location: not told
        if (queueId != 0)
            BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], command.Cdw10 | ((ulong)command.Cdw11 << 32));
        BinaryPrimitives.WriteUInt32LittleEndian(entry[24..], command.NamespaceId);
    }
}
