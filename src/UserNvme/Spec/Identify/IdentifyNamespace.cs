using System.Runtime.InteropServices;

namespace UserNvme.Spec;

/// <summary>
/// The Identify Namespace data structure of the NVM command set, CNS 00h (NVM Command Set 1.0, figure 97): raw fields under the
/// specification's names, as a copy in host memory. All zero for an inactive namespace. What the controller says is not to be trusted:
/// use the members that check (IdentifyNamespace.Checked.cs) before a value becomes a size.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 4096)]
public partial struct IdentifyNamespace
{
    /// <summary>Namespace size in logical blocks; 0 for an inactive namespace.</summary>
    [FieldOffset(0)] public ulong Nsze;

    /// <summary>Namespace capacity: how many blocks may be allocated at one time.</summary>
    [FieldOffset(8)] public ulong Ncap;

    /// <summary>Namespace utilization: blocks allocated now.</summary>
    [FieldOffset(16)] public ulong Nuse;

    /// <summary>
    /// Namespace features: bit 0 thin provisioning, bit 1 own atomicity fields, bit 2 deallocated error, bit 3 UID reuse, bit 4 preferred
    /// granularities.
    /// </summary>
    [FieldOffset(24)] public byte Nsfeat;

    /// <summary>Number of LBA formats, 0 based.</summary>
    [FieldOffset(25)] public byte Nlbaf;

    /// <summary>
    /// Formatted LBA size: bits 3:0 and 6:5 index of the format in use, bit 4 metadata at the end of each block; see <see
    /// cref="TryGetFormat"/>.
    /// </summary>
    [FieldOffset(26)] public byte Flbas;

    /// <summary>Metadata capabilities.</summary>
    [FieldOffset(27)] public byte Mc;

    /// <summary>End-to-end data protection capabilities.</summary>
    [FieldOffset(28)] public byte Dpc;

    /// <summary>End-to-end data protection settings: bits 2:0 type, 0 for none.</summary>
    [FieldOffset(29)] public byte Dps;

    /// <summary>Multi-path I/O and sharing: bit 0 shared with other controllers.</summary>
    [FieldOffset(30)] public byte Nmic;

    /// <summary>Reservation capabilities.</summary>
    [FieldOffset(31)] public byte Rescap;

    /// <summary>Format progress indicator: bit 7 supported, bits 6:0 percent that remain.</summary>
    [FieldOffset(32)] public byte Fpi;

    /// <summary>
    /// Deallocated logical blocks: bits 2:0 what they read as (1: zeroes), bit 3 deallocate in Write Zeroes, bit 4 guard.
    /// </summary>
    [FieldOffset(33)] public byte Dlfeat;

    /// <summary>Namespace atomic write unit normal, in logical blocks, 0 based.</summary>
    [FieldOffset(34)] public ushort Nawun;

    /// <summary>Namespace atomic write unit power fail, in logical blocks, 0 based.</summary>
    [FieldOffset(36)] public ushort Nawupf;

    /// <summary>Namespace atomic compare and write unit, in logical blocks, 0 based.</summary>
    [FieldOffset(38)] public ushort Nacwu;

    /// <summary>Namespace atomic boundary size normal, in logical blocks, 0 based; 0 for no boundary.</summary>
    [FieldOffset(40)] public ushort Nabsn;

    /// <summary>Namespace atomic boundary offset: the first boundary, in logical blocks.</summary>
    [FieldOffset(42)] public ushort Nabo;

    /// <summary>Namespace atomic boundary size power fail, in logical blocks, 0 based; 0 for no boundary.</summary>
    [FieldOffset(44)] public ushort Nabspf;

    /// <summary>Namespace optimal I/O boundary in logical blocks, 0 for none. Need not be a power of two.</summary>
    [FieldOffset(46)] public ushort Noiob;

    /// <summary>NVM capacity of the namespace in bytes; 0 for not reported.</summary>
    [FieldOffset(48)] public NvmeUInt128 Nvmcap;

    /// <summary>Preferred write granularity in logical blocks, 0 based.</summary>
    [FieldOffset(64)] public ushort Npwg;

    /// <summary>Preferred write alignment in logical blocks, 0 based.</summary>
    [FieldOffset(66)] public ushort Npwa;

    /// <summary>Preferred deallocate granularity in logical blocks, 0 based.</summary>
    [FieldOffset(68)] public ushort Npdg;

    /// <summary>Preferred deallocate alignment in logical blocks, 0 based.</summary>
    [FieldOffset(70)] public ushort Npda;

    /// <summary>Optimal write size in logical blocks, 0 based.</summary>
    [FieldOffset(72)] public ushort Nows;

    /// <summary>Maximum single source range length of Copy, in logical blocks.</summary>
    [FieldOffset(74)] public ushort Mssrl;

    /// <summary>Maximum copy length in logical blocks.</summary>
    [FieldOffset(76)] public uint Mcl;

    /// <summary>Maximum source range count of Copy, 0 based.</summary>
    [FieldOffset(80)] public byte Msrc;

    /// <summary>Number of unique capability LBA formats, behind the <see cref="Nlbaf"/> + 1 ordinary ones.</summary>
    [FieldOffset(82)] public byte Nulbaf;

    /// <summary>ANA group identifier.</summary>
    [FieldOffset(92)] public uint Anagrpid;

    /// <summary>Namespace attributes: bit 0 currently write protected.</summary>
    [FieldOffset(99)] public byte Nsattr;

    /// <summary>NVM set identifier, 0 for none.</summary>
    [FieldOffset(100)] public ushort Nvmsetid;

    /// <summary>Endurance group identifier, 0 for none.</summary>
    [FieldOffset(102)] public ushort Endgid;

    /// <summary>Namespace globally unique identifier, big endian; all zero for none.</summary>
    [FieldOffset(104)] public Bytes16 Nguid;

    /// <summary>IEEE extended unique identifier, big endian; all zero for none.</summary>
    [FieldOffset(120)] public Bytes8 Eui64;

    /// <summary>LBA formats 0 to 63.</summary>
    [FieldOffset(128)] public LbaFormats Lbaf;

    /// <summary>Logical block storage tag mask.</summary>
    [FieldOffset(384)] public ulong Lbstm;
}
