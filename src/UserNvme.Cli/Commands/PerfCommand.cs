using System.CommandLine;
using UserNvme.Block;
using UserNvme.Cli.Frame;
using UserNvme.Cli.Perf;
using UserNvme.Cli.Safety;
using UserNvme.Controllers;

namespace UserNvme.Cli.Commands;

/// <summary>`perf DEV...`: how many transfers per second the devices do, and how long each takes. Options and rows are spdk_nvme_perf's.</summary>
internal static class PerfCommand
{
    public static Command Create(ToolContext tool)
    {
        var devices = CommonSymbols.Devices();
        var options = new PerfOptions();
        var command = new Command("perf", "Measures the devices: one polling thread per core, a queue pair for each namespace on it.") { devices };
        options.AddTo(command);
        command.SetAction(async (parse, stop) =>
            await RunAsync(tool, parse.GetRequiredValue(devices), options.Read(parse), parse, options, stop).ConfigureAwait(false));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolContext tool, string[] addresses, PerfSettings settings, ParseResult parse, PerfOptions options, CancellationToken stop)
    {
        var guarded = settings.Writes && !parse.GetValue(options.DestroyData);
        var controllers = new List<NvmeController>();
        try
        {
            foreach (var address in addresses)
                controllers.Add(await OpenAsync(tool, address, settings, guarded, parse.GetValue(options.Timeout), stop).ConfigureAwait(false));
            var targets = Targets(controllers, settings, parse.GetValue(options.Namespace));
            CheckMemory(settings, targets.Count);
            foreach (var target in guarded ? targets : [])
                await DataGuard.CheckAsync(NvmeBlockDevice.Open(target.Controller, target.Namespace.Id), destroyData: false, stop).ConfigureAwait(false);
            var result = await new PerfRun(settings, targets, new PerfProgress(tool.Console)).RunAsync(stop).ConfigureAwait(false);
            Write(tool, result);
            return Conclude(tool, result);
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
        Devices.OpenAsync(tool, address, timeout, stop, options =>
        {
            options.Cores = guarded ? [settings.Cores[0]] : [];
            options.ExtraQueuePairs = MaxQueuePairs;
        });

    private const int MaxQueuePairs = 1024;

    private static List<PerfTarget> Targets(List<NvmeController> controllers, PerfSettings settings, uint namespaceId)
    {
        var targets = new List<PerfTarget>();
        foreach (var controller in controllers)
        {
            var namespaces = namespaceId != 0 ? [Devices.Namespace(controller, namespaceId)] : controller.Namespaces;
            if (namespaces.Count == 0)
                throw new NvmeSetupException(SetupProblem.NoSuchDevice, controller.Address, $"{controller.Address} has no active namespace.");
            targets.AddRange(namespaces.Select(ns => new PerfTarget(controller, ns, settings)));
        }

        return targets;
    }

    private static void CheckMemory(PerfSettings settings, int targets)
    {
        var needed = (long)settings.QueueDepth * Math.Max(settings.IoSize, 4096) * settings.Cores.Count * targets;
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (needed > available / 2)
            throw ToolException.Usage(
                $"-q {settings.QueueDepth} times -o {settings.IoSize} on {settings.Cores.Count} core(s) and {targets} namespace(s) needs " +
                $"{ByteSize.Describe(needed)} of DMA memory; this machine has {ByteSize.Describe(available)}.");
    }

    private static void Write(ToolContext tool, PerfResult result)
    {
        if (tool.Json)
            tool.WriteJson(json => PerfJson.Write(json, result));
        else
            PerfText.Write(tool.Output, result);
    }

    private static int Conclude(ToolContext tool, PerfResult result)
    {
        tool.Output.Flush();
        if (result.FirstError is { } error)
            throw new ToolException(ExitCodeTable.Of(error.Fate), $"{result.Errors} transfer(s) failed, the first: {error.Message}", error);
        return result.Interrupted
            ? throw new ToolException(ExitCode.Interrupted, "Interrupted: the figures are those of the shorter time.")
            : (int)ExitCode.Success;
    }
}
