using System.CommandLine;
using UserNvme.Cli.Frame;
using UserNvme.Cli.NvmeCli;

namespace UserNvme.Cli.Commands;

/// <summary>`id-ns DEV -n NSID`: the Identify Namespace structure of an active namespace, in nvme-cli's words.</summary>
internal static class IdNsCommand
{
    public static Command Create(ToolContext tool)
    {
        var device = CommonSymbols.Device();
        var namespaceId = CommonSymbols.Namespace();
        var timeout = CommonSymbols.Timeout();
        var command = new Command("id-ns", "Shows what the controller says about a namespace (Identify Namespace), as nvme-cli does.")
        {
            device, namespaceId, timeout,
        };
        command.SetAction((parse, stop) =>
            RunAsync(tool, parse.GetRequiredValue(device), parse.GetValue(namespaceId), parse.GetValue(timeout), stop));
        return command;
    }

    private static async Task<int> RunAsync(ToolContext tool, string address, uint namespaceId, int timeoutSeconds, CancellationToken stop)
    {
        var controller = await Devices.OpenWithoutQueuesAsync(tool, address, timeoutSeconds, stop).ConfigureAwait(false);
        await using var closing = controller.ConfigureAwait(false);
        var ns = Devices.Namespace(controller, namespaceId);
        if (tool.Json)
            tool.WriteJson(json => IdentifyNamespacePrinter.WriteJson(json, ns.IdentityData.Span));
        else
            IdentifyNamespacePrinter.WriteText(tool.Output, ns.Id, ns.IdentityData.Span);
        return (int)ExitCode.Success;
    }
}
