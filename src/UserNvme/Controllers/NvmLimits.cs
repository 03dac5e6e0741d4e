using UserNvme.Spec;

namespace UserNvme.Controllers;

/// <summary>
/// Limits of the commands that MDTS does not bound (NVM Command Set 1.0, Identify with CNS 06h and CSI 00h); where a controller does
/// not tell, what the fields of the command can hold.
/// </summary>
internal sealed record NvmLimits
{
    private const int MaxRanges = 256;

    /// <summary>Bytes of one Write Zeroes (WZSL).</summary>
    public ulong WriteZeroesBytes { get; init; } = ulong.MaxValue;

    /// <summary>Ranges of one Dataset Management command (DMRL), 1 to 256.</summary>
    public int DeallocateRanges { get; init; } = MaxRanges;

    /// <summary>Blocks of one range (DMRSL).</summary>
    public uint DeallocateRangeBlocks { get; init; } = uint.MaxValue;

    /// <summary>Blocks of all ranges of a command (DMSL).</summary>
    public ulong DeallocateBlocks { get; init; } = ulong.MaxValue;

    public static NvmLimits Of(in IdentifyControllerNvm identity, ControllerCapabilities capabilities) => new()
    {
        WriteZeroesBytes = (ulong)(identity.MaxWriteZeroesLength(capabilities) ?? long.MaxValue),
        DeallocateRanges = identity.Dmrl == 0 ? MaxRanges : identity.Dmrl,
        DeallocateRangeBlocks = identity.Dmrsl == 0 ? uint.MaxValue : identity.Dmrsl,
        DeallocateBlocks = identity.Dmsl == 0 ? ulong.MaxValue : identity.Dmsl,
    };
}
