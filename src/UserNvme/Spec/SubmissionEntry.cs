using System.Runtime.InteropServices;

namespace UserNvme.Spec;

/// <summary>
/// A submission queue entry: the 64 bytes of one command (NVMe Base 2.0, 3.3.3.1, "Common Command Format").
/// Data is described by PRPs; SGLs (PSDT other than 0) are not used.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct SubmissionEntry
{
    /// <summary>Size of an entry in bytes.</summary>
    public const int Size = 64;

    /// <summary>Size of an entry as a power of two, as CC.IOSQES wants it.</summary>
    public const int SizeShift = 6;

    /// <summary>Opcode (CDW0 bits 7:0): an <see cref="AdminOpcode"/> or an <see cref="NvmOpcode"/>, by the queue it is put on.</summary>
    [FieldOffset(0)] public byte Opcode;

    /// <summary>Fused operation (bits 1:0) and PRP/SGL selection (bits 7:6).</summary>
    [FieldOffset(1)] public byte Flags;

    /// <summary>Command identifier. The queue pair assigns it; what a caller puts here is overwritten.</summary>
    [FieldOffset(2)] public ushort CommandId;

    /// <summary>Namespace identifier; 0 where the command has none, 0xFFFFFFFF for all namespaces.</summary>
    [FieldOffset(4)] public uint NamespaceId;

    /// <summary>Command dword 2.</summary>
    [FieldOffset(8)] public uint Cdw2;

    /// <summary>Command dword 3.</summary>
    [FieldOffset(12)] public uint Cdw3;

    /// <summary>Metadata pointer.</summary>
    [FieldOffset(16)] public ulong MetadataPointer;

    /// <summary>PRP entry 1: the first page, with its offset. The queue pair fills it from the command's data.</summary>
    [FieldOffset(24)] public ulong Prp1;

    /// <summary>PRP entry 2: the second page, or the PRP list. The queue pair fills it from the command's data.</summary>
    [FieldOffset(32)] public ulong Prp2;

    /// <summary>Command dword 10.</summary>
    [FieldOffset(40)] public uint Cdw10;

    /// <summary>Command dword 11.</summary>
    [FieldOffset(44)] public uint Cdw11;

    /// <summary>Command dword 12.</summary>
    [FieldOffset(48)] public uint Cdw12;

    /// <summary>Command dword 13.</summary>
    [FieldOffset(52)] public uint Cdw13;

    /// <summary>Command dword 14.</summary>
    [FieldOffset(56)] public uint Cdw14;

    /// <summary>Command dword 15.</summary>
    [FieldOffset(60)] public uint Cdw15;

    /// <summary>Opcode, flags and identifier, and the namespace.</summary>
    [FieldOffset(0)] internal ulong Dwords01;

    /// <summary>Command dwords 2 and 3 and the metadata pointer.</summary>
    [FieldOffset(8)] internal UInt128 Dwords2To5;

    /// <summary>Command dwords 10 and 11: the first block, where there is one.</summary>
    [FieldOffset(40)] internal ulong Dwords1011;

    /// <summary>Command dwords 12 and 13.</summary>
    [FieldOffset(48)] internal ulong Dwords1213;

    /// <summary>Command dwords 14 and 15.</summary>
    [FieldOffset(56)] internal ulong Dwords1415;
}
