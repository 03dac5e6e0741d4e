using System.Runtime.InteropServices;

namespace UserNvme.Spec;

/// <summary>
/// One range of a Dataset Management command (NVM Command Set 1.0, figure 43). The data buffer of the command is best 4,096 bytes long:
/// some controllers always read 256 ranges.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct DatasetManagementRange
{
    /// <summary>Context attributes, hints; 0 for none.</summary>
    [FieldOffset(0)] public uint ContextAttributes;

    /// <summary>Length in logical blocks; 0 is a range that is skipped.</summary>
    [FieldOffset(4)] public uint LengthInBlocks;

    /// <summary>First logical block.</summary>
    [FieldOffset(8)] public ulong StartingLba;

    /// <summary>The most ranges that one command can carry.</summary>
    public const int MaxPerCommand = 256;

    /// <summary>Creates a range without context attributes.</summary>
    /// <param name="start">First logical block.</param>
    /// <param name="blocks">Length in logical blocks.</param>
    public DatasetManagementRange(Lba start, uint blocks)
    {
        StartingLba = start.Value;
        LengthInBlocks = blocks;
    }
}
