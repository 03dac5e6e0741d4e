using System.CommandLine;
using System.CommandLine.Help;
using UserNvme.Cli.Commands;
using UserNvme.Emulation;
using UserNvme.Transports.Vfio;
using UserNvme.Transports.VfioUser;

namespace UserNvme.Cli.Frame;

/// <summary>
/// The tool from its command line to its exit code: parses, runs one verb, and turns whatever goes wrong into one sentence on stderr.
/// </summary>
internal static class Tool
{
    /// <summary>The environment variable that switches --debug on.</summary>
    public const string DebugVariable = "USERNVME_DEBUG";

    /// <summary>Runs the tool, ended in good order by SIGINT, SIGTERM and SIGHUP.</summary>
    public static async Task<int> RunAsync(string[] args, ToolConsole console)
    {
        // A thread of the driver that dies must not end in the runtime's stack trace either.
        AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
            Environment.Exit(ErrorReport.Write((Exception)unhandled.ExceptionObject, console.Error, DebugByEnvironment()));
        using var signals = new Signals();
        return await RunAsync(args, console, signals.Stop).ConfigureAwait(false);
    }

    /// <summary>Runs the tool until it ends or is cancelled.</summary>
    public static async Task<int> RunAsync(string[] args, ToolConsole console, CancellationToken stop)
    {
        VfioTransport.Register();
        EmulatedTransport.Register();
        VfioUserTransport.Register();
        var tool = new ToolContext(console) { Debug = DebugByEnvironment() };
        try
        {
            var format = GlobalOptions.OutputFormat();
            var debug = GlobalOptions.Debug();
            var root = Root(tool, format, debug);
            // "-q128" is what getopt's users write; "@file" has no meaning here.
            var parsed = root.Parse(args, new ParserConfiguration { EnablePosixBundling = true, ResponseFileTokenReplacer = null });
            tool.Debug |= parsed.GetResult(debug) is { Implicit: false };
            if (parsed.Errors.Count > 0 && parsed.Action is not (HelpAction or HelpWithExitCodes))
                throw ToolException.Usage(ParseErrorText.Describe(parsed));
            tool.Json = parsed.GetValue(format) == GlobalOptions.JsonFormat;
            var invocation = new InvocationConfiguration
            {
                Output = console.Output,
                Error = console.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            var code = await parsed.InvokeAsync(invocation, stop).ConfigureAwait(false);
            tool.Log.Release();
            return code;
        }
        catch (Exception exception)
        {
            // One sentence says what went wrong; what the driver did about it is for --debug.
            return ErrorReport.Write(exception, console.Error, tool.Debug);
        }
        finally
        {
            await console.Output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static RootCommand Root(ToolContext tool, Option<string> format, Option<bool> debug)
    {
        var root = new RootCommand("Looks after NVMe controllers, and measures them, without the kernel's driver.") { format, debug };
        foreach (var verb in Verbs.Create(tool))
            root.Add(verb);
        root.SetAction(int (_) => throw ToolException.Usage("No verb was given; 'usernvme --help' lists them."));
        HelpWithExitCodes.Install(root);
        return root;
    }

    private static bool DebugByEnvironment() => Environment.GetEnvironmentVariable(DebugVariable) is { Length: > 0 } value && value != "0";
}
