using UserNvme.Controllers;
using UserNvme.Spec;

namespace UserNvme.Block;

/// <summary>How far one command may reach, in logical blocks; longer operations are split (traps P16, P18, P19).</summary>
internal sealed record BlockLimits
{
    /// <summary>NLB is a 0-based 16-bit field.</summary>
    private const int LargestBlockCount = 65_536;

    /// <summary>Blocks of one read or write: MDTS, the driver's PRP lists and the field's width.</summary>
    public required int TransferBlocks { get; init; }

    /// <summary>Reads and writes do not cross multiples of this many blocks (NOIOB); 0 for no such boundary. Need not be a power of two.</summary>
    public required uint BoundaryBlocks { get; init; }

    /// <summary>Blocks of one Write Zeroes.</summary>
    public required int WriteZeroesBlocks { get; init; }

    /// <summary>Ranges of one Dataset Management command, 1 to 256.</summary>
    public required int DeallocateRanges { get; init; }

    /// <summary>Blocks of one range of a Dataset Management command.</summary>
    public required uint DeallocateRangeBlocks { get; init; }

    /// <summary>Blocks of all ranges of one Dataset Management command.</summary>
    public required ulong DeallocateBlocks { get; init; }

    /// <summary>How many blocks from a block on one read or write may take.</summary>
    public int TransferAt(ulong lba, ulong left)
    {
        var most = Math.Min((ulong)TransferBlocks, left);
        // A device's boundary may be any number of blocks: divide, do not mask.
        if (BoundaryBlocks != 0) most = Math.Min(most, BoundaryBlocks - (lba % BoundaryBlocks));
        return (int)most;
    }

    /// <summary>How many blocks one Write Zeroes may take.</summary>
    public int WriteZeroesAt(ulong left) => (int)Math.Min((ulong)WriteZeroesBlocks, left);

    /// <summary>The limits of a namespace of a controller.</summary>
    public static BlockLimits Of(NvmeController controller, NvmeNamespace ns)
    {
        var nvm = controller.NvmLimits;
        return new BlockLimits
        {
            TransferBlocks = Math.Clamp(controller.MaxTransferBytes / ns.BlockSize, 1, LargestBlockCount),
            BoundaryBlocks = ns.Identity.Noiob,
            WriteZeroesBlocks = (int)Math.Clamp(nvm.WriteZeroesBytes / (ulong)ns.BlockSize, 1, LargestBlockCount),
            DeallocateRanges = nvm.DeallocateRanges,
            DeallocateRangeBlocks = nvm.DeallocateRangeBlocks,
            DeallocateBlocks = nvm.DeallocateBlocks,
        };
    }
}
