using UserNvme.Spec;

namespace UserNvme.Block;

/// <content>What a failed command becomes for its caller.</content>
public sealed partial class NvmeBlockDevice
{
    internal NvmeException ErrorOf(byte opcode, ulong lba, NvmeStatus status) => new(
        $"{(NvmOpcode)opcode} at block {lba} of namespace {_namespace.Id} of {_controller.Address} failed: {status}.", CommandFate.Completed, status)
    {
        Address = _controller.Address,
        NamespaceId = _namespace.Id,
        Lba = NamesBlocks(opcode) ? new Lba(lba) : null,
        Opcode = opcode,
    };

    internal NvmeException LossOf(byte opcode, ulong lba) => new(
        $"{(NvmOpcode)opcode} at block {lba} of namespace {_namespace.Id} of {_controller.Address} was not answered before the controller was stopped: " +
        (opcode == (byte)NvmOpcode.Read ? "read again." : "whether it reached the medium is unknown, so read back or write again."), CommandFate.Unknown)
    {
        Address = _controller.Address,
        NamespaceId = _namespace.Id,
        Lba = NamesBlocks(opcode) ? new Lba(lba) : null,
        Opcode = opcode,
    };

    private static bool NamesBlocks(byte opcode) => opcode != (byte)NvmOpcode.Flush;
}
