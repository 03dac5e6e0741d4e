using System.Runtime.InteropServices;

namespace UserNvme.Spec;

// What the raw fields mean, with every shift and index checked.
public partial struct IdentifyController
{
    /// <summary>Serial number without padding, printable ASCII.</summary>
    public readonly string SerialNumber => SpecText.Ascii(Sn);

    /// <summary>Model number without padding, printable ASCII.</summary>
    public readonly string ModelNumber => SpecText.Ascii(Mn);

    /// <summary>Firmware revision without padding, printable ASCII.</summary>
    public readonly string FirmwareRevision => SpecText.Ascii(Fr);

    /// <summary>NVM subsystem NQN; empty where none is reported.</summary>
    public readonly string SubsystemNqn => SpecText.Utf8(Subnqn);

    /// <summary>IEEE OUI as a number of 24 bits.</summary>
    public readonly int IeeeOui => Ieee[0] | (Ieee[1] << 8) | (Ieee[2] << 16);

    /// <summary>The version of the specification that the controller complies with; 0.0.0 before NVMe 1.2.</summary>
    public readonly NvmeVersion Version => new(Ver);

    /// <summary>Valid power state descriptors: 1 to 32, whatever the controller says.</summary>
    public readonly int PowerStateCount => Math.Min(Npss + 1, PowerStates.Length);

    /// <summary>Most Abort commands outstanding at a time: 1 to 256.</summary>
    public readonly int AbortLimit => Acl + 1;

    /// <summary>Most Asynchronous Event Request commands outstanding at a time: 1 to 256.</summary>
    public readonly int AsynchronousEventLimit => Aerl + 1;

    /// <summary>Entries of the error log: 1 to 256.</summary>
    public readonly int ErrorLogEntryCount => Elpe + 1;

    /// <summary>Whether there is a volatile write cache (VWC bit 0).</summary>
    public readonly bool HasVolatileWriteCache => (Vwc & 1) != 0;

    /// <summary>Whether Compare is supported (ONCS bit 0).</summary>
    public readonly bool SupportsCompare => (Oncs & 0x01) != 0;

    /// <summary>Whether Dataset Management is supported (ONCS bit 2).</summary>
    public readonly bool SupportsDatasetManagement => (Oncs & 0x04) != 0;

    /// <summary>Whether Write Zeroes is supported (ONCS bit 3).</summary>
    public readonly bool SupportsWriteZeroes => (Oncs & 0x08) != 0;

    /// <summary>Whether Verify is supported (ONCS bit 7).</summary>
    public readonly bool SupportsVerify => (Oncs & 0x80) != 0;

    /// <summary>Whether namespaces can be created, deleted, attached and detached (OACS bit 3).</summary>
    public readonly bool SupportsNamespaceManagement => (Oacs & 0x08) != 0;

    /// <summary>Whether shadow doorbells are supported (OACS bit 8).</summary>
    public readonly bool SupportsDoorbellBufferConfig => (Oacs & 0x100) != 0;

    /// <summary>
    /// Whether this is a controller that does I/O: the controller type says so, or does not say (0, before NVMe 1.4).
    /// </summary>
    public readonly bool IsIoController => Cntrltype is 0 or 1;

    /// <summary>
    /// Whether both entry sizes that the NVM command set needs (64 and 16 bytes) lie in the ranges reported (SQES, CQES).
    /// </summary>
    public readonly bool SupportsNvmEntrySizes =>
        (Sqes & 0xF) <= SubmissionEntry.SizeShift && (Sqes >> 4) >= SubmissionEntry.SizeShift &&
        (Cqes & 0xF) <= CompletionEntry.SizeShift && (Cqes >> 4) >= CompletionEntry.SizeShift;

    /// <summary>
    /// The longest data transfer of one command in bytes: MDTS in units of the smallest page size, which is not the page size in use.
    /// </summary>
    /// <param name="capabilities">The controller's CAP register.</param>
    /// <returns>At least 8 KiB; null for no limit, which a value too large to be expressed counts as.</returns>
    public readonly long? MaxTransferLength(ControllerCapabilities capabilities) => PowerOfPages(Mdts, capabilities);

    /// <summary>
    /// A limit that is given as a power of two of the smallest page size (MDTS, VSL, WZSL, WUSL), in bytes; null for none.
    /// </summary>
    internal static long? PowerOfPages(byte exponent, ControllerCapabilities capabilities)
    {
        int shift = exponent + capabilities.MinPageShift;
        return exponent == 0 || shift > 62 ? null : 1L << shift;
    }

    /// <summary>Copies the structure out of what the controller returned; nothing is checked, see the members.</summary>
    /// <param name="data">At least 4096 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="data"/> is shorter than that.</exception>
    public static IdentifyController Parse(ReadOnlySpan<byte> data) => MemoryMarshal.Read<IdentifyController>(data);
}
