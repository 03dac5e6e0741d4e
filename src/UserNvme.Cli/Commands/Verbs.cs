using System.CommandLine;
using UserNvme.Cli.Frame;

namespace UserNvme.Cli.Commands;

/// <summary>All verbs of the tool, in the order of the help text. A verb is a static class in this folder with a Create method.</summary>
internal static class Verbs
{
    public static IEnumerable<Command> Create(ToolContext tool)
    {
        yield return StatusCommand.Create(tool);
        yield return ListCommand.Create(tool);
        yield return BindCommands.CreateBind(tool);
        yield return BindCommands.CreateUnbind(tool);
        yield return DoctorCommand.Create(tool);
        yield return ShowRegsCommand.Create(tool);
        yield return IdCtrlCommand.Create(tool);
        yield return IdNsCommand.Create(tool);
        yield return ReadCommand.Create(tool);
        yield return WriteCommand.Create(tool);
        yield return PerfCommand.Create(tool);
        yield return EmulateCommand.Create(tool);
    }
}
