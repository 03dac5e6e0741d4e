using System.CommandLine;
using UserNvme.Cli.Frame;
using UserNvme.Cli.NvmeCli;

namespace UserNvme.Cli.Commands;

/// <summary>`id-ctrl DEV`: the Identify Controller structure, in nvme-cli's words.</summary>
internal static class IdCtrlCommand
{
    public static Command Create(ToolContext tool)
    {
        var device = CommonSymbols.Device();
        var timeout = CommonSymbols.Timeout();
        var command = new Command("id-ctrl", "Shows what the controller says about itself (Identify Controller), as nvme-cli does.") { device, timeout };
        command.SetAction((parse, stop) => RunAsync(tool, parse.GetRequiredValue(device), parse.GetValue(timeout), stop));
        return command;
    }

    private static async Task<int> RunAsync(ToolContext tool, string address, int timeoutSeconds, CancellationToken stop)
    {
        var controller = await Devices.OpenWithoutQueuesAsync(tool, address, timeoutSeconds, stop).ConfigureAwait(false);
        await using var closing = controller.ConfigureAwait(false);
        if (tool.Json)
            tool.WriteJson(json => IdentifyControllerPrinter.WriteJson(json, controller.IdentityData.Span));
        else
            IdentifyControllerPrinter.WriteText(tool.Output, controller.IdentityData.Span);
        return (int)ExitCode.Success;
    }
}
