using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace UserNvme.Cli.Frame;

/// <summary>The help text, with headings where a verb has them, followed on the root by the table of exit codes.</summary>
internal sealed class HelpWithExitCodes(HelpAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    /// <summary>Replaces the action of the root's --help.</summary>
    public static void Install(RootCommand root)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
            option.Action = new HelpWithExitCodes((HelpAction)option.Action!);
    }

    public override int Invoke(ParseResult parseResult)
    {
        if (parseResult.CommandResult.Command is GroupedCommand grouped)
        {
            GroupedHelp.Write(parseResult.InvocationConfiguration.Output, grouped);
            return 0;
        }

        var code = help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is not RootCommand)
            return code;
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("DEV is a PCI address (0000:01:00.0 or 01:00.0) or emulated: with options (emulated:?size=1G&block-size=4096).");
        output.WriteLine();
        output.WriteLine("Exit codes:");
        foreach (var (exit, meaning) in ExitCodeTable.Rows)
            output.WriteLine($"  {(int)exit,-3} {meaning}");
        return code;
    }
}
