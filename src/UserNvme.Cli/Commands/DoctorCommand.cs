using System.CommandLine;
using System.Text.Json;
using UserNvme.Cli.Doctor;
using UserNvme.Cli.Frame;

namespace UserNvme.Cli.Commands;

/// <summary>`doctor`: each precondition of the driver on this machine, met or what to do. Changes nothing.</summary>
internal static class DoctorCommand
{
    public static Command Create(ToolContext tool)
    {
        var command = new Command("doctor", "Checks each precondition on this machine, and says what to do where one is not met. Exit code 0 means that all are.");
        command.SetAction(_ => Run(tool, new Patient()));
        return command;
    }

    internal static int Run(ToolContext tool, Patient patient)
    {
        CheckResult[] results =
        [
            .. PlatformChecks.Run(patient), .. VfioChecks.Run(patient), .. MemoryChecks.Run(patient),
            .. ContainerChecks.Run(patient), .. ControllerChecks.Run(patient),
        ];
        if (tool.Json)
            tool.WriteJson(json => WriteJson(json, results));
        else
            WriteText(tool.Output, results);

        var failed = results.Count(result => result.Outcome == CheckOutcome.Failed);
        return failed == 0
            ? (int)ExitCode.Success
            : throw new ToolException(ExitCode.NotReady, $"This machine is not ready: {failed} precondition{(failed == 1 ? " is" : "s are")} not met.");
    }

    private static void WriteText(TextWriter output, CheckResult[] results)
    {
        var width = results.Max(result => result.Name.Length);
        foreach (var result in results)
        {
            output.WriteLine($"{Word(result.Outcome),-6}  {result.Name.PadRight(width)}  {result.Finding}");
            if (result.Advice.Length > 0)
                output.WriteLine($"{"",-6}  {"".PadRight(width)}  -> {result.Advice}");
        }
    }

    private static void WriteJson(Utf8JsonWriter json, CheckResult[] results)
    {
        json.WriteStartObject();
        json.WriteBoolean("ready", results.All(result => result.Outcome != CheckOutcome.Failed));
        json.WriteStartArray("checks");
        foreach (var result in results)
        {
            json.WriteStartObject();
            json.WriteString("name", result.Name);
            json.WriteString("outcome", Word(result.Outcome));
            json.WriteString("finding", result.Finding);
            json.WriteString("advice", result.Advice);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Word(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Passed => "passed",
        CheckOutcome.Failed => "failed",
        _ => "note",
    };
}
