using UserNvme.Cli.Commands;
using UserNvme.Cli.Frame;
using UserNvme.Controllers;

namespace UserNvme.Cli.Perf;

/// <summary>A namespace under load, and how a transfer of the wanted size is cut into commands for it.</summary>
internal sealed class PerfTarget
{
    public PerfTarget(NvmeController controller, NvmeNamespace ns, PerfSettings settings)
    {
        Controller = controller;
        Namespace = ns;
        var name = $"namespace {ns.Id} of {controller.Address}";
        if (ns.RefusedBecause is { } reason)
            throw new NvmeSetupException(SetupProblem.Unsupported, controller.Address, $"I/O on {name} is refused: {reason}.");
        if (settings.IoSize % ns.BlockSize != 0)
            throw ToolException.Usage($"-o {settings.IoSize} is not a multiple of the block size of {name}, {ns.BlockSize} bytes.");
        BlocksPerIo = settings.IoSize / ns.BlockSize;
        IoCount = ns.BlockCount / (ulong)BlocksPerIo;
        if (IoCount == 0)
            throw ToolException.Usage($"-o {settings.IoSize} is more than {name} holds, {ns.BlockCount} blocks of {ns.BlockSize} bytes.");

        // Beyond the largest transfer or 65,536 blocks a transfer is several commands, and is counted as one.
        BlocksPerCommand = Math.Min(BlocksPerIo, Math.Min(controller.MaxTransferBytes / ns.BlockSize, 65536));
        CommandsPerIo = (BlocksPerIo + BlocksPerCommand - 1) / BlocksPerCommand;
        QueueDepth = (long)settings.QueueDepth * CommandsPerIo;
        if (QueueDepth >= controller.MaxQueueEntries)
        {
            var largest = ByteSize.Describe((long)BlocksPerCommand * ns.BlockSize);
            var split = CommandsPerIo == 1 ? "" : $" of {CommandsPerIo} commands each (a command moves at most {largest})";
            throw ToolException.Usage(
                $"-q {settings.QueueDepth} transfers{split} do not fit a queue of {controller.Address}, " +
                $"which holds {controller.MaxQueueEntries - 1} commands.");
        }
    }

    public NvmeController Controller { get; }

    public NvmeNamespace Namespace { get; }

    /// <summary>Logical blocks of a transfer.</summary>
    public int BlocksPerIo { get; }

    /// <summary>Logical blocks of a command; the last command of a transfer may have fewer.</summary>
    public int BlocksPerCommand { get; }

    public int CommandsPerIo { get; }

    /// <summary>How many transfers fit on the namespace side by side.</summary>
    public ulong IoCount { get; }

    /// <summary>Commands in flight at most.</summary>
    public long QueueDepth { get; }
}
