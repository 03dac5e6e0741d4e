using UserNvme.Cli.Commands;
using UserNvme.Cli.Frame;
using UserNvme.Cli.Perf.Verify;
using UserNvme.Controllers;

namespace UserNvme.Cli.Perf;

/// <summary>A namespace under load, and how a transfer of the wanted size is cut into commands for it.</summary>
internal sealed class PerfTarget
{
    /// <param name="controller">Its controller.</param>
    /// <param name="ns">The namespace.</param>
    /// <param name="settings">What is asked for.</param>
    /// <param name="deviceNumber">The controller's number in the run, from 0.</param>
    /// <param name="verifyLog">Where --verify tells what it finds.</param>
    public PerfTarget(NvmeController controller, NvmeNamespace ns, PerfSettings settings, int deviceNumber, VerifyLog verifyLog)
    {
        DeviceNumber = (uint)deviceNumber;
        VerifyLog = verifyLog;
        Controller = controller;
        Namespace = ns;
        Name = $"namespace {ns.Id} of {controller.Address}";
        if (ns.RefusedBecause is { } reason)
            throw new NvmeSetupException(SetupProblem.Unsupported, controller.Address, $"I/O on {Name} is refused: {reason}.");
        if (settings.Trims && !controller.Identity.SupportsDatasetManagement)
            throw new NvmeSetupException(SetupProblem.Unsupported, controller.Address, $"{controller.Address} cannot trim: it has no Dataset Management.");
        if (settings.IoSize % ns.BlockSize != 0)
            throw ToolException.Usage($"-o {settings.IoSize} is not a multiple of the block size of {Name}, {ns.BlockSize} bytes.");
        BlocksPerIo = settings.IoSize / ns.BlockSize;
        IoCount = ns.BlockCount / (ulong)BlocksPerIo;
        if (IoCount == 0)
            throw ToolException.Usage($"-o {settings.IoSize} is more than {Name} holds, {ns.BlockCount} blocks of {ns.BlockSize} bytes.");

        // Beyond the largest transfer or 65,536 blocks a transfer is several commands, and is counted as one.
        BlocksPerCommand = Math.Min(BlocksPerIo, Math.Min(controller.MaxTransferBytes / ns.BlockSize, 65536));
        CommandsPerIo = (BlocksPerIo + BlocksPerCommand - 1) / BlocksPerCommand;
        CheckQueue(settings);
        CheckPieces(settings);
        if (settings.Verify)
            CheckPlaces(settings);
    }

    public NvmeController Controller { get; }

    public NvmeNamespace Namespace { get; }

    /// <summary>The controller's number in the run.</summary>
    public uint DeviceNumber { get; }

    public VerifyLog VerifyLog { get; }

    /// <summary>For messages: "namespace 1 of 0000:01:00.0".</summary>
    public string Name { get; }

    /// <summary>Logical blocks of a transfer.</summary>
    public int BlocksPerIo { get; }

    /// <summary>Logical blocks of a command; the last command of a transfer may have fewer.</summary>
    public int BlocksPerCommand { get; }

    public int CommandsPerIo { get; }

    /// <summary>How many transfers fit on the namespace side by side.</summary>
    public ulong IoCount { get; }

    /// <summary>Commands that each queue pair is made for.</summary>
    public int PairDepth(PerfSettings settings) => settings.QueueEntries == 0
        ? NeededDepth(settings)
        : Math.Min(settings.QueueEntries, Controller.MaxQueueEntries) - 1;

    // One transfer at a time is on a place that is verified: there must be more places than transfers.
    private void CheckPlaces(PerfSettings settings)
    {
        var loads = (ulong)settings.Cores.Count * (ulong)settings.QueuePairs;
        if (IoCount / loads <= (ulong)settings.QueueDepth)
            throw ToolException.Usage(
                $"--verify needs more room: {Name} holds {IoCount} transfers for {loads} queue pair(s), each of which needs more than {settings.QueueDepth}.");
        if (IoCount / loads >= GenerationTable.MaxCount / 2)
            throw ToolException.Usage($"--verify keeps 4 bytes for each of the {IoCount} transfers that {Name} holds, which is too many: use a larger -o or more cores.");
    }

    private int NeededDepth(PerfSettings settings) =>
        (int)Math.Min(int.MaxValue, (long)((settings.QueueDepth + settings.QueuePairs - 1) / settings.QueuePairs) * CommandsPerIo);

    private void CheckQueue(PerfSettings settings)
    {
        var entries = settings.QueueEntries == 0 ? Controller.MaxQueueEntries : Math.Min(settings.QueueEntries, Controller.MaxQueueEntries);
        if (NeededDepth(settings) < entries)
            return;
        var largest = ByteSize.Describe((long)BlocksPerCommand * Namespace.BlockSize);
        var split = CommandsPerIo == 1 ? "" : $" of {CommandsPerIo} commands each (a command moves at most {largest})";
        var pairs = settings.QueuePairs == 1 ? "" : $" on {settings.QueuePairs} queue pairs";
        throw ToolException.Usage(
            $"-q {settings.QueueDepth} transfers{split}{pairs} do not fit a queue of {Controller.Address}, which holds {entries - 1} commands.");
    }

    private void CheckPieces(PerfSettings settings)
    {
        if (settings.IoUnit != 0 && (settings.IoUnit % Controller.PageSize != 0 || settings.IoUnit % Namespace.BlockSize != 0))
            throw ToolException.Usage(
                $"-O {settings.IoUnit} is not a multiple of the page size of {Controller.Address}, {Controller.PageSize} bytes, and of the block size of {Name}, {Namespace.BlockSize} bytes.");
        if (new PieceLayout(settings.IoSize, settings.IoUnit, Controller.PageSize).Bytes > int.MaxValue)
            throw ToolException.Usage($"-o {settings.IoSize} in pieces of {settings.IoUnit} bytes needs more than 2 GiB of memory per transfer: use larger pieces.");
    }
}
