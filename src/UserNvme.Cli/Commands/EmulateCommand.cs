using System.CommandLine;
using UserNvme.Cli.Frame;
using UserNvme.Emulation;

namespace UserNvme.Cli.Commands;

/// <summary>`emulate --socket PATH`: serves emulated controllers to other processes over vfio-user until it is interrupted.</summary>
internal static class EmulateCommand
{
    private const int MostControllers = 64;
    private const int MostFaultsTold = 10;

    private static readonly (string Name, string Description)[] s_deviceOptions =
    [
        ("size", "Bytes of the namespace, such as 512M or 4G."),
        ("file", "Keeps the data in this file instead of memory."),
        ("block-size", "Bytes of a logical block: 512 or 4096."),
        ("latency", "How long each command takes at least, such as 10us."),
        ("max-queues", "How many I/O queues a driver can have."),
        ("namespaces", "How many namespaces there are."),
        ("backing", "Where the data are: memory, file, or null, which keeps nothing."),
        ("populate", "on takes the memory at the start, off as it is written."),
    ];

    public static Command Create(ToolContext tool)
    {
        var socket = new Option<string>("--socket")
        {
            Description = "Where the socket is made; drivers give it as vfio-user:PATH. With --count the folder of the folders 0, 1, ..., in each of which is a socket named cntrl.",
            HelpName = "PATH",
            Required = true,
        };
        var count = CommonSymbols.Number("--count", null, "How many controllers are served, each with a socket and a serial number of its own.", 1, MostControllers, 1);
        var options = s_deviceOptions.Select(item => new Option<string?>("--" + item.Name) { Description = item.Description }).ToArray();
        var command = new Command("emulate", "Serves emulated controllers to other processes over vfio-user, until interrupted.") { socket, count };
        foreach (var option in options)
            command.Options.Add(option);
        command.SetAction((parse, stop) => RunAsync(tool, Plan(
            parse.GetRequiredValue(socket), parse.GetValue(count),
            [.. s_deviceOptions.Zip(options, (item, option) => (item.Name, Value: parse.GetValue(option))).Where(item => item.Value is not null)]), stop));
        return command;
    }

    /// <summary>The sockets, and what stands behind each.</summary>
    private static (string Path, string Options)[] Plan(string socket, int count, (string Name, string? Value)[] given)
    {
        if (count == 1)
            return [(socket, Describe(given, 1))];
        if (given.Any(item => item.Name == "file"))
            throw ToolException.Usage("--file goes with one controller only, for each needs a file of its own: leave --count out, or start one 'usernvme emulate' for each file.");
        // "/run/nvme/cntrl" is the socket of one controller; the others stand beside it.
        var folder = Path.GetFileName(socket) == "cntrl" ? Path.GetDirectoryName(socket)! : socket;
        return [.. Enumerable.Range(0, count).Select(i => (Path.Combine(folder, $"{i}", "cntrl"), Describe(given, i + 1)))];
    }

    private static string Describe((string Name, string? Value)[] given, int number) =>
        $"?serial=EMULATED{number:0000}" + string.Concat(given.Select(item => $"&{item.Name}={Uri.EscapeDataString(item.Value!)}"));

    private static async Task<int> RunAsync(ToolContext tool, (string Path, string Options)[] plan, CancellationToken stop)
    {
        using var folders = new MadeFolders();
        var hosts = new List<VfioUserHost>();
        try
        {
            foreach (var (path, options) in plan)
            {
                folders.Make(Path.GetDirectoryName(Path.GetFullPath(path))!);
                // One thread for all: a core that spins for each would leave none for the drivers.
                hosts.Add(Start(tool, path, options, hosts.FirstOrDefault()));
                await tool.Output.WriteLineAsync($"Serving vfio-user:{Address(path)}; end it with Ctrl+C.".AsMemory(), stop).ConfigureAwait(false);
            }

            await tool.Output.FlushAsync(stop).ConfigureAwait(false);
            await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            foreach (var host in hosts)
                host.Dispose();
            foreach (var host in hosts)
                TellFaults(tool, host);
        }

        return (int)ExitCode.Success;
    }

    // Memory that is taken at the start may need a while, some seconds for each GiB in a virtual machine.
    private static VfioUserHost Start(ToolContext tool, string path, string options, VfioUserHost? beside)
    {
        var isTold = tool.Console.ErrorIsTerminal && options.Contains("&populate=on", StringComparison.Ordinal);
        if (isTold)
            tool.Console.Error.Write($"Taking the memory of vfio-user:{Address(path)} ...");
        try
        {
            return VfioUserHost.Start(path, options, beside);
        }
        finally
        {
            if (isTold)
                tool.Console.Error.Write("\r\u001b[K");
        }
    }

    // The folder is what both this driver and SPDK take for an address.
    private static string Address(string path) => Path.GetFileName(path) == "cntrl" && Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : path;

    private static void TellFaults(ToolContext tool, VfioUserHost host)
    {
        if (host.RecordedFaultCount == 0)
            return;
        tool.Console.Error.WriteLine($"usernvme: warning: clients of vfio-user:{Address(host.Path)} did something wrong {host.RecordedFaultCount} times:");
        foreach (var fault in host.RecordedFaults.Take(MostFaultsTold))
            tool.Console.Error.WriteLine($"usernvme: warning:   {fault.Message}");
    }
}
