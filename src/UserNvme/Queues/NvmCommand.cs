using System.Runtime.CompilerServices;
using UserNvme.Spec;

namespace UserNvme.Queues;

/// <summary>
/// What commands of the NVM command set differ in, without identifier and data pointer, as the 64-bit words of their entry: all other words
/// are 0. Kept by a request that makes several commands of one.
/// </summary>
/// <param name="Dwords01">Opcode, flags and namespace.</param>
/// <param name="Dwords1011">The first block, or what the opcode has there.</param>
/// <param name="Dwords1213">Flags and number of blocks.</param>
internal readonly record struct NvmCommand(ulong Dwords01, ulong Dwords1011, ulong Dwords1213)
{
    private const int NamespaceShift = 32;

    /// <summary>A command of some blocks; the number goes in by <see cref="At"/>.</summary>
    public static NvmCommand Blocks(NvmOpcode opcode, NamespaceId namespaceId, uint flags) =>
        new((byte)opcode | ((ulong)namespaceId.Value << NamespaceShift), 0, flags);

    /// <summary>A command that was built as an entry.</summary>
    public static NvmCommand Of(in SubmissionEntry command) => new(command.Dwords01, command.Dwords1011, command.Dwords1213);

    public NvmOpcode Opcode => (NvmOpcode)(byte)Dwords01;

    /// <summary>The same for certain blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public NvmCommand At(ulong lba, int blocks) => new(Dwords01, lba, Dwords1213 | (uint)(blocks - 1));
}
