using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;
using UserNvme.Cli.Frame;
using UserNvme.Cli.Output;
using UserNvme.Pci;

namespace UserNvme.Cli.Commands;

/// <summary>
/// `list [DEV...]`: the namespaces, as nvme-cli's `list` shows them, of the named controllers or of all that vfio-pci has. Each is
/// taken over and brought up for it.
/// </summary>
internal static class ListCommand
{
    public static Command Create(ToolContext tool)
    {
        var devices = CommonSymbols.Devices();
        devices.Arity = ArgumentArity.ZeroOrMore;
        devices.Description += "; without any: all that are bound to vfio-pci";
        var timeout = CommonSymbols.Timeout(10);
        var command = new Command("list", "Lists the namespaces of controllers that are bound to vfio-pci.") { devices, timeout };
        command.SetAction((parse, stop) => RunAsync(tool, parse.GetValue(devices) ?? [], HostPaths.Default, parse.GetValue(timeout), stop));
        return command;
    }

    internal static async Task<int> RunAsync(ToolContext tool, string[] addresses, HostPaths host, int timeoutSeconds, CancellationToken stop)
    {
        var rows = new List<NamespaceRow>();
        foreach (var address in addresses.Distinct())
            await AddAsync(rows, tool, address, timeoutSeconds, stop).ConfigureAwait(false);
        if (addresses.Length == 0)
            await AddBoundAsync(rows, tool, host, timeoutSeconds, stop).ConfigureAwait(false);

        if (tool.Json)
            WriteJson(tool, rows);
        else
            WriteText(tool, rows);
        return (int)ExitCode.Success;
    }

    // Nobody asked for a certain one, so a controller that another process drives does not spoil the list of the others.
    private static async Task AddBoundAsync(List<NamespaceRow> rows, ToolContext tool, HostPaths host, int timeoutSeconds, CancellationToken stop)
    {
        foreach (var device in PciBus.NvmeControllers(host).Where(device => device.Driver == PciDevice.VfioDriver))
        {
            try
            {
                await AddAsync(rows, tool, device.Address.ToString(), timeoutSeconds, stop).ConfigureAwait(false);
            }
            catch (NvmeSetupException e)
            {
                LeftOut(tool.LoggerFactory.CreateLogger(nameof(ListCommand)), device.Address, e.Message, null);
            }
        }
    }

    private static async Task AddAsync(List<NamespaceRow> rows, ToolContext tool, string address, int timeoutSeconds, CancellationToken stop)
    {
        var controller = await Devices.OpenAsync(tool, address, timeoutSeconds, stop).ConfigureAwait(false);
        await using var closing = controller.ConfigureAwait(false);
        rows.AddRange(controller.Namespaces.Select(item => NamespaceRow.Of(controller, item)));
    }

    private static void WriteText(ToolContext tool, List<NamespaceRow> rows)
    {
        var table = new TextTable("Node", "SN", "Model", "Namespace", "Usage", "Format", "FW Rev");
        foreach (var row in rows)
            table.Add(row.Address, row.Serial, row.Model, row.Namespace.ToString(CultureInfo.InvariantCulture), row.Usage, row.Format, row.Revision);
        table.Write(tool.Console);
    }

    private static void WriteJson(ToolContext tool, List<NamespaceRow> rows) => tool.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("Devices");
        foreach (var row in rows)
            row.WriteJson(json);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static readonly Action<ILogger, PciAddress, string, Exception?> LeftOut =
        LoggerMessage.Define<PciAddress, string>(LogLevel.Warning, new EventId(1), "{Address} is left out: {Reason}");
}
