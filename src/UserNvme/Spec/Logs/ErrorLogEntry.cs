using System.Runtime.InteropServices;

namespace UserNvme.Spec;

/// <summary>
/// An entry of the Error Information log page, 01h (NVMe Base 2.0, figure 206); the newest comes first.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct ErrorLogEntry
{
    /// <summary>Number of this error over the life of the controller; 0 for an invalid entry.</summary>
    [FieldOffset(0)] public ulong ErrorCount;

    /// <summary>Submission queue of the command; 0xFFFF where the error belongs to none.</summary>
    [FieldOffset(8)] public ushort Sqid;

    /// <summary>Command identifier; 0xFFFF where the error belongs to none.</summary>
    [FieldOffset(10)] public ushort Cid;

    /// <summary>Phase tag (bit 0) and status field (bits 15:1).</summary>
    [FieldOffset(12)] public ushort StatusField;

    /// <summary>Byte (bits 7:0) and bit (bits 10:8) of the command that is in error; 0xFFFF for none.</summary>
    [FieldOffset(14)] public ushort ParameterErrorLocation;

    /// <summary>First block with the error, if any.</summary>
    [FieldOffset(16)] public ulong Lba;

    /// <summary>Namespace of the error, if any.</summary>
    [FieldOffset(24)] public uint Nsid;

    /// <summary>Log page with vendor specific information, 80h or more; 0 for none.</summary>
    [FieldOffset(28)] public byte VendorLogPage;

    /// <summary>Transport type, 0 for PCIe.</summary>
    [FieldOffset(29)] public byte Trtype;

    /// <summary>Command specific information.</summary>
    [FieldOffset(32)] public ulong CommandSpecific;

    /// <summary>Transport specific information.</summary>
    [FieldOffset(40)] public ushort TransportSpecific;

    /// <summary>Copies the structure out of what the controller returned; nothing is checked, see the members.</summary>
    /// <param name="data">At least 64 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="data"/> is shorter than that.</exception>
    public static ErrorLogEntry Parse(ReadOnlySpan<byte> data) => MemoryMarshal.Read<ErrorLogEntry>(data);

    /// <summary>The status of the failed command.</summary>
    public readonly NvmeStatus Status => new((ushort)(StatusField >> 1));
}
