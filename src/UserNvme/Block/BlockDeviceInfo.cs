using UserNvme.Spec;

namespace UserNvme.Block;

/// <summary>What a block device is: its sizes and limits, fixed while the namespace keeps its format.</summary>
public sealed record BlockDeviceInfo
{
    /// <summary>The controller's address.</summary>
    public required string Address { get; init; }

    /// <summary>The namespace.</summary>
    public required NamespaceId NamespaceId { get; init; }

    /// <summary>Bytes of a logical block, a power of two, 512 or more (LBADS of the format in use).</summary>
    public required int BlockSize { get; init; }

    /// <summary>Number of logical blocks (NSZE).</summary>
    public required ulong BlockCount { get; init; }

    /// <summary>Capacity in bytes.</summary>
    public long Length => checked((long)BlockCount * BlockSize);

    /// <summary>The longest read or write in bytes that is one command (MDTS, and what a PRP list of the driver describes); longer ones are split.</summary>
    public required int MaxTransferBytes { get; init; }

    /// <summary>Bytes of a write that stay whole over a power failure (AWUPF or NAWUPF); one block at least.</summary>
    public required int AtomicWriteUnitPowerFail { get; init; }

    /// <summary>Byte offset at which atomic and preferred boundaries start (NABO); 0 as a rule.</summary>
    public required long AtomicBoundaryOffset { get; init; }

    /// <summary>Whether completed writes may be lost on power failure until <see cref="IBlockDevice.FlushAsync"/> (VWC).</summary>
    public required bool VolatileWriteCache { get; init; }

    /// <summary>Whether <see cref="IBlockDevice.WriteZeroesAsync"/> is supported.</summary>
    public required bool SupportsWriteZeroes { get; init; }

    /// <summary>Whether <see cref="IBlockDevice.DeallocateAsync"/> is supported.</summary>
    public required bool SupportsDeallocate { get; init; }
}
