using System.CommandLine;
using UserNvme.Block;
using UserNvme.Cli.Commands.PerfOptionSets;
using UserNvme.Cli.Frame;
using UserNvme.Cli.Perf;
using UserNvme.Cli.Perf.Report;
using UserNvme.Cli.Perf.Verify;
using UserNvme.Cli.Safety;
using UserNvme.Controllers;

namespace UserNvme.Cli.Commands;

/// <summary>`perf DEV...`: how many transfers per second the devices do, and how long each takes. Options and rows are spdk_nvme_perf's.</summary>
internal static class PerfCommand
{
    private const int MaxQueuePairs = 1024;

    public static Command Create(ToolContext tool)
    {
        var devices = CommonSymbols.Devices();
        devices.Arity = ArgumentArity.ZeroOrMore;
        var options = new PerfOptions();
        var command = new GroupedCommand("perf", "Measures the devices: one polling thread per core, a queue pair for each namespace on it.", options.Groups) { devices };
        command.SetAction((parse, stop) => RunAsync(tool, parse, options, parse.GetValue(devices) ?? [], stop));
        return command;
    }

    private static async Task<int> RunAsync(ToolContext tool, ParseResult parse, PerfOptions options, string[] positional, CancellationToken stop)
    {
        var settings = options.Read(parse);
        var devices = options.Place.Devices(parse, positional);
        // A file that cannot be written is told before the measurement, not after it.
        using var files = PerfFiles.Open(options.Output.Hgrm(parse), options.Output.Report(parse));
        var guarded = settings.Writes && !options.Check.DestroyData(parse);
        var verifyLog = new VerifyLog();
        var targets = new List<PerfTarget>();
        var controllers = new List<NvmeController>();
        try
        {
            foreach (var device in devices)
            {
                controllers.Add(await OpenAsync(tool, device.Address, settings, guarded, options.Check.Timeout(parse), stop).ConfigureAwait(false));
                targets.AddRange(Targets(controllers[^1], device, settings, controllers.Count - 1, verifyLog));
            }

            CheckMemory(settings, targets);
            foreach (var target in guarded ? targets : [])
                await DataGuard.CheckAsync(NvmeBlockDevice.Open(target.Controller, target.Namespace.Id), destroyData: false, stop).ConfigureAwait(false);
            var result = await new PerfRun(settings, targets, verifyLog, new PerfProgress(tool.Console)).RunAsync(stop).ConfigureAwait(false);
            Write(tool, result);
            files.Write(result, RunFacts.Of(parse, targets));
            return Conclude(tool, result, controllers);
        }
        finally
        {
            for (var i = controllers.Count - 1; i >= 0; i--)
                await controllers[i].DisposeAsync().ConfigureAwait(false);
        }
    }

    // The look for signatures goes through the block API, which needs a reactor; the load does not.
    private static Task<NvmeController> OpenAsync(
        ToolContext tool, string address, PerfSettings settings, bool guarded, int timeout, CancellationToken stop) =>
        Commands.Devices.OpenAsync(tool, address, timeout, stop, options =>
        {
            options.Cores = guarded ? [settings.Cores[0]] : [];
            options.ExtraQueuePairs = MaxQueuePairs;
            options.ShadowDoorbells = settings.ShadowDoorbells;
        });

    private static IEnumerable<PerfTarget> Targets(NvmeController controller, DeviceChoice device, PerfSettings settings, int number, VerifyLog log)
    {
        var namespaces = device.NamespaceId != 0 ? [Commands.Devices.Namespace(controller, device.NamespaceId)] : controller.Namespaces;
        if (namespaces.Count == 0)
            throw new NvmeSetupException(SetupProblem.NoSuchDevice, controller.Address, $"{controller.Address} has no active namespace.");
        return namespaces.Select(ns => new PerfTarget(controller, ns, settings, number, log));
    }

    private static void CheckMemory(PerfSettings settings, List<PerfTarget> targets)
    {
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var each = targets.Max(target => new PieceLayout(settings.IoSize, settings.IoUnit, target.Controller.PageSize).Bytes);
        var needed = settings.QueueDepth * Math.Max(each, 4096) * settings.Cores.Count * targets.Count;
        if (needed > available / 2)
            throw ToolException.Usage(
                $"-q {settings.QueueDepth} times -o {settings.IoSize} on {settings.Cores.Count} core(s) and {targets.Count} namespace(s) needs " +
                $"{ByteSize.Describe(needed)} of DMA memory; this machine has {ByteSize.Describe(available)}.");
        var table = settings.Verify ? targets.Sum(target => (decimal)target.IoCount) * sizeof(uint) : 0;
        if (table > available / 2)
            throw ToolException.Usage(
                $"--verify keeps 4 bytes for each transfer of -o {settings.IoSize} that the namespaces hold, {ByteSize.Describe((long)table)}; " +
                $"this machine has {ByteSize.Describe(available)}: use a larger -o or one namespace (-n).");
    }

    private static void Write(ToolContext tool, PerfResult result)
    {
        if (tool.Json)
            tool.WriteJson(json => PerfJson.Write(json, result));
        else
            PerfText.Write(tool.Output, result);
    }

    private static int Conclude(ToolContext tool, PerfResult result, List<NvmeController> controllers)
    {
        tool.Output.Flush();
        if (result.Verify is { Mismatches: > 0 } verify)
            throw new ToolException(ExitCode.DataMismatch, $"{verify.Mismatches} block(s) are not what was written, the first: {verify.Details[0]}");
        if (result.FirstError is { } error)
            throw new ToolException(ExitCodeTable.Of(error.Fate), DescribeFailure(result, error, controllers), error);
        return result.Interrupted
            ? throw new ToolException(ExitCode.Interrupted, "Interrupted: the figures are those of the shorter time.")
            : (int)ExitCode.Success;
    }

    // That a device is gone says more than what its first transfer came to.
    private static string DescribeFailure(PerfResult result, NvmeException error, List<NvmeController> controllers) =>
        error.Fate != CommandFate.Completed && controllers.Find(c => c.Address == error.Address) is { Transport: { RemovedBecause: { } because } gone }
            ? $"{gone.Address} went away with {result.Errors} transfer(s) unanswered: {because}; see whether it runs, and repeat the run."
            : $"{result.Errors} transfer(s) failed, the first: {error.Message}";
}
