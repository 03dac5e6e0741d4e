using System.CommandLine;

namespace UserNvme.Cli.Frame;

/// <summary>The options that every verb has.</summary>
internal static class GlobalOptions
{
    public const string JsonFormat = "json";
    public const string NormalFormat = "normal";

    public static Option<string> OutputFormat()
    {
        var option = new Option<string>("--output-format")
        {
            Description = "How results are written: normal or json (one JSON document on stdout and nothing else).",
            HelpName = "normal|json",
            DefaultValueFactory = _ => NormalFormat,
            Recursive = true,
            CustomParser = result =>
            {
                var value = result.Tokens[^1].Value;
                if (value is not (NormalFormat or JsonFormat))
                    result.AddError($"--output-format is normal or json, not '{value}'");
                return value;
            },
        };
        return option;
    }

    public static Option<bool> Debug() => new("--debug")
    {
        Description = $"Show the driver's log and stack traces on stderr (also: {Tool.DebugVariable}=1).",
        Recursive = true,
    };
}
