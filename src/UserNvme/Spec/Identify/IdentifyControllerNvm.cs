using System.Runtime.InteropServices;

namespace UserNvme.Spec;

/// <summary>
/// The I/O command set specific Identify Controller data structure of the NVM command set, CNS 06h with CSI 00h (NVM Command Set 1.0,
/// figure 102): limits of commands to which MDTS does not apply. 0 means no limit reported.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 4096)]
public struct IdentifyControllerNvm
{
    /// <summary>Verify size limit: 2^n units of the smallest page size.</summary>
    [FieldOffset(0)] public byte Vsl;

    /// <summary>Write Zeroes size limit: 2^n units of the smallest page size.</summary>
    [FieldOffset(1)] public byte Wzsl;

    /// <summary>Write Uncorrectable size limit: 2^n units of the smallest page size.</summary>
    [FieldOffset(2)] public byte Wusl;

    /// <summary>Dataset Management ranges limit: most ranges in one command.</summary>
    [FieldOffset(3)] public byte Dmrl;

    /// <summary>Dataset Management range size limit: most logical blocks in one range.</summary>
    [FieldOffset(4)] public uint Dmrsl;

    /// <summary>Dataset Management size limit: most logical blocks in one command.</summary>
    [FieldOffset(8)] public ulong Dmsl;

    /// <summary>Copies the structure out of what the controller returned; nothing is checked, see the members.</summary>
    /// <param name="data">At least 4096 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="data"/> is shorter than that.</exception>
    public static IdentifyControllerNvm Parse(ReadOnlySpan<byte> data) => MemoryMarshal.Read<IdentifyControllerNvm>(data);

    /// <summary>The most bytes of one Write Zeroes command (WZSL); null for no limit.</summary>
    /// <param name="capabilities">The controller's CAP register, which has the unit.</param>
    public readonly long? MaxWriteZeroesLength(ControllerCapabilities capabilities) => IdentifyController.PowerOfPages(Wzsl, capabilities);

    /// <summary>The most bytes of one Verify command (VSL); null for no limit.</summary>
    /// <param name="capabilities">The controller's CAP register, which has the unit.</param>
    public readonly long? MaxVerifyLength(ControllerCapabilities capabilities) => IdentifyController.PowerOfPages(Vsl, capabilities);
}
