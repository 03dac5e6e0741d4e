namespace UserNvme.Cli.Frame;

/// <summary>An error of the tool itself: the sentence for the user and the exit code.</summary>
internal sealed class ToolException(ExitCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public ExitCode Code { get; } = code;

    /// <summary>The command line is wrong.</summary>
    public static ToolException Usage(string message) => new(ExitCode.Usage, message);
}
