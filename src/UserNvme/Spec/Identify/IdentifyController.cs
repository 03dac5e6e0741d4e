using System.Runtime.InteropServices;

namespace UserNvme.Spec;

/// <summary>
/// The Identify Controller data structure, CNS 01h (NVMe Base 2.0, figure 275): raw fields under the specification's names, as a copy in
/// host memory. What the controller says is not to be trusted: use the members that check (IdentifyController.Checked.cs) for sizes and
/// limits.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 4096)]
public partial struct IdentifyController
{
    /// <summary>PCI vendor identifier.</summary>
    [FieldOffset(0)] public ushort Vid;

    /// <summary>PCI subsystem vendor identifier.</summary>
    [FieldOffset(2)] public ushort Ssvid;

    /// <summary>Serial number, ASCII padded with spaces; see <see cref="SerialNumber"/>.</summary>
    [FieldOffset(4)] public Bytes20 Sn;

    /// <summary>Model number, ASCII padded with spaces; see <see cref="ModelNumber"/>.</summary>
    [FieldOffset(24)] public Bytes40 Mn;

    /// <summary>Firmware revision, ASCII padded with spaces; see <see cref="FirmwareRevision"/>.</summary>
    [FieldOffset(64)] public Bytes8 Fr;

    /// <summary>Recommended arbitration burst: 2^n commands.</summary>
    [FieldOffset(72)] public byte Rab;

    /// <summary>IEEE OUI of the vendor, least significant byte first.</summary>
    [FieldOffset(73)] public Bytes3 Ieee;

    /// <summary>Multi-path I/O and namespace sharing capabilities of the subsystem.</summary>
    [FieldOffset(76)] public byte Cmic;

    /// <summary>
    /// Maximum data transfer size: 2^n units of the smallest page size (CAP.MPSMIN), 0 for no limit; see <see cref="MaxTransferLength"/>.
    /// </summary>
    [FieldOffset(77)] public byte Mdts;

    /// <summary>Controller identifier, unique in the NVM subsystem.</summary>
    [FieldOffset(78)] public ushort Cntlid;

    /// <summary>Version as in the VS register; 0 before NVMe 1.2.</summary>
    [FieldOffset(80)] public uint Ver;

    /// <summary>RTD3 resume latency in microseconds, 0 for not reported.</summary>
    [FieldOffset(84)] public uint Rtd3r;

    /// <summary>RTD3 entry latency in microseconds, 0 for not reported: how long a normal shutdown takes.</summary>
    [FieldOffset(88)] public uint Rtd3e;

    /// <summary>Optional asynchronous events supported.</summary>
    [FieldOffset(92)] public uint Oaes;

    /// <summary>Controller attributes.</summary>
    [FieldOffset(96)] public uint Ctratt;

    /// <summary>Read recovery levels supported, one bit per level.</summary>
    [FieldOffset(100)] public ushort Rrls;

    /// <summary>Controller type: 1 I/O, 2 discovery, 3 administrative; 0 not reported.</summary>
    [FieldOffset(111)] public byte Cntrltype;

    /// <summary>FRU globally unique identifier.</summary>
    [FieldOffset(112)] public Bytes16 Fguid;

    /// <summary>Command retry delay 1, in units of 100 milliseconds.</summary>
    [FieldOffset(128)] public ushort Crdt1;

    /// <summary>Command retry delay 2, in units of 100 milliseconds.</summary>
    [FieldOffset(130)] public ushort Crdt2;

    /// <summary>Command retry delay 3, in units of 100 milliseconds.</summary>
    [FieldOffset(132)] public ushort Crdt3;

    /// <summary>NVM subsystem report: whether it is a storage device, an enclosure, or both.</summary>
    [FieldOffset(253)] public byte Nvmsr;

    /// <summary>VPD write cycle information.</summary>
    [FieldOffset(254)] public byte Vwci;

    /// <summary>Management endpoint capabilities.</summary>
    [FieldOffset(255)] public byte Mec;

    /// <summary>Optional admin commands supported.</summary>
    [FieldOffset(256)] public ushort Oacs;

    /// <summary>Abort command limit, 0 based: how many Abort commands may be outstanding.</summary>
    [FieldOffset(258)] public byte Acl;

    /// <summary>Asynchronous event request limit, 0 based.</summary>
    [FieldOffset(259)] public byte Aerl;

    /// <summary>Firmware updates: slots and activation without reset.</summary>
    [FieldOffset(260)] public byte Frmw;

    /// <summary>Log page attributes.</summary>
    [FieldOffset(261)] public byte Lpa;

    /// <summary>Error log page entries, 0 based.</summary>
    [FieldOffset(262)] public byte Elpe;

    /// <summary>Number of power states, 0 based.</summary>
    [FieldOffset(263)] public byte Npss;

    /// <summary>Admin vendor specific command configuration.</summary>
    [FieldOffset(264)] public byte Avscc;

    /// <summary>Autonomous power state transition attributes.</summary>
    [FieldOffset(265)] public byte Apsta;

    /// <summary>Warning composite temperature threshold in kelvin, 0 for not reported.</summary>
    [FieldOffset(266)] public ushort Wctemp;

    /// <summary>Critical composite temperature threshold in kelvin, 0 for not reported.</summary>
    [FieldOffset(268)] public ushort Cctemp;

    /// <summary>Maximum time for firmware activation in units of 100 milliseconds, 0 for not defined.</summary>
    [FieldOffset(270)] public ushort Mtfa;

    /// <summary>Host memory buffer preferred size in units of 4 KiB, 0 for not supported.</summary>
    [FieldOffset(272)] public uint Hmpre;

    /// <summary>Host memory buffer minimum size in units of 4 KiB.</summary>
    [FieldOffset(276)] public uint Hmmin;

    /// <summary>Total NVM capacity in bytes; 0 for not reported.</summary>
    [FieldOffset(280)] public NvmeUInt128 Tnvmcap;

    /// <summary>Unallocated NVM capacity in bytes.</summary>
    [FieldOffset(296)] public NvmeUInt128 Unvmcap;

    /// <summary>Replay protected memory block support.</summary>
    [FieldOffset(312)] public uint Rpmbs;

    /// <summary>Extended device self-test time in minutes.</summary>
    [FieldOffset(316)] public ushort Edstt;

    /// <summary>Device self-test options.</summary>
    [FieldOffset(318)] public byte Dsto;

    /// <summary>Firmware update granularity in units of 4 KiB, 0 for not reported, 0xFF for no restriction.</summary>
    [FieldOffset(319)] public byte Fwug;

    /// <summary>Keep alive granularity in units of 100 milliseconds, 0 for not supported.</summary>
    [FieldOffset(320)] public ushort Kas;

    /// <summary>Host controlled thermal management attributes.</summary>
    [FieldOffset(322)] public ushort Hctma;

    /// <summary>Minimum thermal management temperature in kelvin.</summary>
    [FieldOffset(324)] public ushort Mntmt;

    /// <summary>Maximum thermal management temperature in kelvin.</summary>
    [FieldOffset(326)] public ushort Mxtmt;

    /// <summary>Sanitize capabilities.</summary>
    [FieldOffset(328)] public uint Sanicap;

    /// <summary>Host memory buffer minimum descriptor entry size in units of 4 KiB.</summary>
    [FieldOffset(332)] public uint Hmminds;

    /// <summary>Host memory buffer maximum descriptor entries.</summary>
    [FieldOffset(336)] public ushort Hmmaxd;

    /// <summary>NVM set identifier maximum.</summary>
    [FieldOffset(338)] public ushort Nsetidmax;

    /// <summary>Endurance group identifier maximum.</summary>
    [FieldOffset(340)] public ushort Endgidmax;

    /// <summary>ANA transition time in seconds.</summary>
    [FieldOffset(342)] public byte Anatt;

    /// <summary>Asymmetric namespace access capabilities.</summary>
    [FieldOffset(343)] public byte Anacap;

    /// <summary>ANA group identifier maximum.</summary>
    [FieldOffset(344)] public uint Anagrpmax;

    /// <summary>Number of ANA group identifiers.</summary>
    [FieldOffset(348)] public uint Nanagrpid;

    /// <summary>Persistent event log size in units of 64 KiB.</summary>
    [FieldOffset(352)] public uint Pels;

    /// <summary>Domain identifier, 0 without domains.</summary>
    [FieldOffset(356)] public ushort Domainid;

    /// <summary>Maximum endurance group capacity in bytes.</summary>
    [FieldOffset(368)] public NvmeUInt128 Megcap;

    /// <summary>
    /// Submission queue entry size: 2^n bytes, required in bits 3:0, maximum in bits 7:4; both 6 for the NVM command set.
    /// </summary>
    [FieldOffset(512)] public byte Sqes;

    /// <summary>
    /// Completion queue entry size: 2^n bytes, required in bits 3:0, maximum in bits 7:4; both 4 for the NVM command set.
    /// </summary>
    [FieldOffset(513)] public byte Cqes;

    /// <summary>Maximum outstanding commands per queue, 0 for not reported.</summary>
    [FieldOffset(514)] public ushort Maxcmd;

    /// <summary>Number of namespaces: the largest valid namespace identifier. Identifiers are sparse, ask for the active list.</summary>
    [FieldOffset(516)] public uint Nn;

    /// <summary>Optional NVM commands supported; see <see cref="SupportsWriteZeroes"/> and its neighbours.</summary>
    [FieldOffset(520)] public ushort Oncs;

    /// <summary>Fused operations supported: bit 0 Compare and Write.</summary>
    [FieldOffset(522)] public ushort Fuses;

    /// <summary>Format NVM attributes.</summary>
    [FieldOffset(524)] public byte Fna;

    /// <summary>Volatile write cache: bit 0 present, bits 2:1 behaviour of Flush for all namespaces.</summary>
    [FieldOffset(525)] public byte Vwc;

    /// <summary>Atomic write unit normal, in logical blocks, 0 based.</summary>
    [FieldOffset(526)] public ushort Awun;

    /// <summary>Atomic write unit power fail, in logical blocks, 0 based.</summary>
    [FieldOffset(528)] public ushort Awupf;

    /// <summary>I/O command set vendor specific command configuration.</summary>
    [FieldOffset(530)] public byte Icsvscc;

    /// <summary>Namespace write protection capabilities.</summary>
    [FieldOffset(531)] public byte Nwpc;

    /// <summary>Atomic compare and write unit, in logical blocks, 0 based.</summary>
    [FieldOffset(532)] public ushort Acwu;

    /// <summary>Optional copy formats supported.</summary>
    [FieldOffset(534)] public ushort Ocfs;

    /// <summary>SGL support.</summary>
    [FieldOffset(536)] public uint Sgls;

    /// <summary>Maximum number of allowed namespaces, 0 for the value of <see cref="Nn"/>.</summary>
    [FieldOffset(540)] public uint Mnan;

    /// <summary>Maximum domain namespace attachments.</summary>
    [FieldOffset(544)] public NvmeUInt128 Maxdna;

    /// <summary>Maximum I/O controller namespace attachments.</summary>
    [FieldOffset(560)] public uint Maxcna;

    /// <summary>NVM subsystem NQN, a null-terminated UTF-8 string; see <see cref="SubsystemNqn"/>.</summary>
    [FieldOffset(768)] public Bytes256 Subnqn;

    /// <summary>I/O queue command capsule supported size in units of 16 bytes (fabrics).</summary>
    [FieldOffset(1792)] public uint Ioccsz;

    /// <summary>I/O queue response capsule supported size in units of 16 bytes (fabrics).</summary>
    [FieldOffset(1796)] public uint Iorcsz;

    /// <summary>In capsule data offset in units of 16 bytes (fabrics).</summary>
    [FieldOffset(1800)] public ushort Icdoff;

    /// <summary>Fabrics controller attributes.</summary>
    [FieldOffset(1802)] public byte Fcatt;

    /// <summary>Maximum SGL data block descriptors, 0 for no limit (fabrics).</summary>
    [FieldOffset(1803)] public byte Msdbd;

    /// <summary>Optional fabrics commands supported.</summary>
    [FieldOffset(1804)] public ushort Ofcs;

    /// <summary>Discovery controller type.</summary>
    [FieldOffset(1806)] public byte Dctype;

    /// <summary>Power state descriptors 0 to 31; the first <see cref="Npss"/> + 1 are valid.</summary>
    [FieldOffset(2048)] public PowerStates Psd;

    /// <summary>Vendor specific.</summary>
    [FieldOffset(3072)] public VendorBytes1024 Vs;
}
