using System.CommandLine;
using System.Text.Json;
using UserNvme.Cli.Frame;
using UserNvme.Pci;

namespace UserNvme.Cli.Commands;

/// <summary>`bind DEV...` and `unbind DEV...`: one line per controller. All controllers are checked before the first is changed.</summary>
internal static class BindCommands
{
    /// <summary>Changes, or with DryRun only checks, the driver of one controller.</summary>
    internal delegate PciBindResult Change(PciAddress address, PciBindOptions options);

    public static Command CreateBind(ToolContext tool) =>
        Create(tool, "bind", "Takes controllers from the kernel's driver and gives them to vfio-pci. Refuses a disk that is in use; nothing forces it.", PciBinding.Bind);

    public static Command CreateUnbind(ToolContext tool) =>
        Create(tool, "unbind", "Gives controllers back to the kernel's driver. Refuses a controller that a process holds.", PciBinding.Unbind);

    private static Command Create(ToolContext tool, string name, string description, Change change)
    {
        var devices = CommonSymbols.Devices();
        devices.Description = "The controllers' PCI addresses, such as 0000:01:00.0";
        var dryRun = new Option<bool>("--dry-run", "-n") { Description = "Make all checks and say what would be done, but change nothing." };
        var command = new Command(name, description) { devices, dryRun };
        command.SetAction(parse => Run(tool, parse.GetRequiredValue(devices), parse.GetValue(dryRun), change));
        return command;
    }

    internal static int Run(ToolContext tool, IReadOnlyList<string> texts, bool dryRun, Change change)
    {
        var addresses = texts.Select(PciAddress.Parse).Distinct().ToList();
        var options = new PciBindOptions { Together = addresses };
        var results = addresses.ConvertAll(address => change(address, options with { DryRun = true }));
        if (dryRun)
        {
            Report(tool, results, dryRun);
            return (int)ExitCode.Success;
        }

        results.Clear();
        try
        {
            foreach (var address in addresses)
                results.Add(change(address, options));
        }
        finally
        {
            // What was done before a failure stays done, and is told.
            if (results.Count > 0)
                Report(tool, results, dryRun);
        }

        return (int)ExitCode.Success;
    }

    private static void Report(ToolContext tool, List<PciBindResult> results, bool dryRun)
    {
        if (tool.Json)
        {
            tool.WriteJson(json => WriteJson(json, results, dryRun));
            return;
        }

        foreach (var result in results)
            tool.Output.WriteLine(dryRun && result.Changed ? $"{result} (dry run, nothing was changed)" : result.ToString());
    }

    private static void WriteJson(Utf8JsonWriter json, List<PciBindResult> results, bool dryRun)
    {
        json.WriteStartArray();
        foreach (var result in results)
        {
            json.WriteStartObject();
            json.WriteString("address", result.Device.Address.ToString());
            json.WriteNumber("vendor_id", result.Device.VendorId);
            json.WriteNumber("device_id", result.Device.DeviceId);
            json.WriteString("from", result.From);
            json.WriteString("to", result.To);
            json.WriteBoolean("changed", result.Changed && !dryRun);
            json.WriteBoolean("dry_run", dryRun);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
