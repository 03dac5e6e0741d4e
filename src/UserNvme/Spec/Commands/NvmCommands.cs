using System.Runtime.CompilerServices;

namespace UserNvme.Spec;

/// <summary>
/// Builds commands of the NVM command set (NVM Command Set 1.0, section 3). What comes back lacks the command identifier and the data
/// pointer: the queue pair adds both. All methods are pure; the hot ones throw only through a cold path.
/// </summary>
public static class NvmCommands
{
    /// <summary>
    /// Most logical blocks of one command: NLB is a 0-based 16-bit number. The controller may allow fewer (MDTS, WZSL, VSL).
    /// </summary>
    public const int MaxBlocks = 65536;

    internal const uint ForceUnitAccess = 1u << 30;
    private const uint LimitedRetry = 1u << 31;
    private const uint Deallocate = 1u << 25;
    private const uint AttributeDeallocate = 1u << 2;

    /// <summary>Read.</summary>
    /// <param name="namespaceId">The namespace.</param>
    /// <param name="start">First logical block.</param>
    /// <param name="blocks">1 to 65,536 logical blocks.</param>
    /// <param name="forceUnitAccess">FUA: the data come from the medium, not from a cache that is newer.</param>
    /// <param name="limitedRetry">LR: the controller gives up early.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SubmissionEntry Read(
        NamespaceId namespaceId, Lba start, int blocks, bool forceUnitAccess = false, bool limitedRetry = false) =>
        Blocks(NvmOpcode.Read, namespaceId, start, blocks, (forceUnitAccess ? ForceUnitAccess : 0) | (limitedRetry ? LimitedRetry : 0));

    /// <summary>Write.</summary>
    /// <param name="namespaceId">The namespace.</param>
    /// <param name="start">First logical block.</param>
    /// <param name="blocks">1 to 65,536 logical blocks.</param>
    /// <param name="forceUnitAccess">FUA: the command completes when the data are on the medium.</param>
    /// <param name="limitedRetry">LR: the controller gives up early.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SubmissionEntry Write(
        NamespaceId namespaceId, Lba start, int blocks, bool forceUnitAccess = false, bool limitedRetry = false) =>
        Blocks(NvmOpcode.Write, namespaceId, start, blocks, (forceUnitAccess ? ForceUnitAccess : 0) | (limitedRetry ? LimitedRetry : 0));

    /// <summary>Compare: the status is <see cref="StatusCode.CompareFailure"/> where the data differ.</summary>
    /// <param name="namespaceId">The namespace.</param>
    /// <param name="start">First logical block.</param>
    /// <param name="blocks">1 to 65,536 logical blocks.</param>
    public static SubmissionEntry Compare(NamespaceId namespaceId, Lba start, int blocks) =>
        Blocks(NvmOpcode.Compare, namespaceId, start, blocks, 0);

    /// <summary>Verify: reads and checks without moving data. MDTS does not apply, VSL does.</summary>
    /// <param name="namespaceId">The namespace.</param>
    /// <param name="start">First logical block.</param>
    /// <param name="blocks">1 to 65,536 logical blocks.</param>
    public static SubmissionEntry Verify(NamespaceId namespaceId, Lba start, int blocks) =>
        Blocks(NvmOpcode.Verify, namespaceId, start, blocks, 0);

    /// <summary>Write Zeroes: no data are moved. MDTS does not apply, WZSL does.</summary>
    /// <param name="namespaceId">The namespace.</param>
    /// <param name="start">First logical block.</param>
    /// <param name="blocks">1 to 65,536 logical blocks.</param>
    /// <param name="deallocate">DEAC: the blocks may be deallocated, if they still read as zeroes then (DLFEAT).</param>
    /// <param name="forceUnitAccess">FUA: the command completes when the zeroes are on the medium.</param>
    public static SubmissionEntry WriteZeroes(
        NamespaceId namespaceId, Lba start, int blocks, bool deallocate = false, bool forceUnitAccess = false) =>
        Blocks(NvmOpcode.WriteZeroes, namespaceId, start, blocks, (deallocate ? Deallocate : 0) | (forceUnitAccess ? ForceUnitAccess : 0));

    /// <summary>Flush: what was written by commands that completed before it is on the medium when it completes.</summary>
    /// <param name="namespaceId">The namespace, or <see cref="NamespaceId.All"/> where VWC bits 2:1 are 11b.</param>
    public static SubmissionEntry Flush(NamespaceId namespaceId) => new()
    {
        Opcode = (byte)NvmOpcode.Flush,
        NamespaceId = namespaceId.Value,
    };

    /// <summary>
    /// Dataset Management: its data are an array of <see cref="DatasetManagementRange"/>, best in a buffer of 4,096 bytes.
    /// </summary>
    /// <param name="namespaceId">The namespace.</param>
    /// <param name="ranges">How many ranges: 1 to 256, within DMRL.</param>
    /// <param name="deallocate">AD: the ranges are not needed any more.</param>
    public static SubmissionEntry DatasetManagement(NamespaceId namespaceId, int ranges, bool deallocate = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ranges, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ranges, DatasetManagementRange.MaxPerCommand);
        return new SubmissionEntry
        {
            Opcode = (byte)NvmOpcode.DatasetManagement,
            NamespaceId = namespaceId.Value,
            Cdw10 = (uint)(ranges - 1),
            Cdw11 = deallocate ? AttributeDeallocate : 0,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static SubmissionEntry Blocks(NvmOpcode opcode, NamespaceId namespaceId, Lba start, int blocks, uint control)
    {
        if ((uint)(blocks - 1) >= MaxBlocks)
            ThrowBlocks(blocks);
        return new SubmissionEntry
        {
            Opcode = (byte)opcode,
            NamespaceId = namespaceId.Value,
            Cdw10 = (uint)start.Value,
            Cdw11 = (uint)(start.Value >> 32),
            Cdw12 = (uint)(blocks - 1) | control,
        };
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowBlocks(int blocks) =>
        throw new ArgumentOutOfRangeException(nameof(blocks), blocks, "A command covers 1 to 65,536 blocks.");
}
