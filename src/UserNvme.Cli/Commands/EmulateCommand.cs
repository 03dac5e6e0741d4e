using System.CommandLine;
using UserNvme.Cli.Frame;
using UserNvme.Emulation;

namespace UserNvme.Cli.Commands;

/// <summary>`emulate --socket PATH`: serves an emulated controller to other processes over vfio-user until it is interrupted.</summary>
internal static class EmulateCommand
{
    private static readonly (string Name, string Description)[] s_deviceOptions =
    [
        ("size", "Bytes of the namespace, such as 512M or 4G."),
        ("file", "Keeps the data in this file instead of memory."),
        ("block-size", "Bytes of a logical block: 512 or 4096."),
        ("latency", "How long each command takes at least, such as 10us."),
        ("max-queues", "How many I/O queues a driver can have."),
        ("backing", "Where the data are: memory, file, or null, which keeps nothing."),
    ];

    public static Command Create(ToolContext tool)
    {
        var socket = new Option<string>("--socket") { Description = "Where the socket is made; drivers give it as vfio-user:PATH.", HelpName = "PATH", Required = true };
        var options = s_deviceOptions.Select(item => new Option<string?>("--" + item.Name) { Description = item.Description }).ToArray();
        var command = new Command("emulate", "Serves an emulated controller to other processes over vfio-user, until interrupted.") { socket };
        foreach (var option in options)
            command.Options.Add(option);
        command.SetAction((parse, stop) => RunAsync(tool, parse.GetRequiredValue(socket), Describe(s_deviceOptions
            .Zip(options, (item, option) => (item.Name, Value: parse.GetValue(option)))), stop));
        return command;
    }

    private static string Describe(IEnumerable<(string Name, string? Value)> given)
    {
        var parts = given.Where(item => item.Value is not null).Select(item => $"{item.Name}={Uri.EscapeDataString(item.Value!)}").ToArray();
        return parts.Length == 0 ? "" : "?" + string.Join('&', parts);
    }

    private static async Task<int> RunAsync(ToolContext tool, string path, string options, CancellationToken stop)
    {
        using var host = VfioUserHost.Start(path, options);
        await tool.Output.WriteLineAsync($"Serving vfio-user:{host.Path}; end it with Ctrl+C.".AsMemory(), stop).ConfigureAwait(false);
        await tool.Output.FlushAsync(stop).ConfigureAwait(false);
        await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return (int)ExitCode.Success;
    }
}
