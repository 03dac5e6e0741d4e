namespace UserNvme.Cli.Frame;

/// <summary>Where the tool's words and data go and come from; tests put their own in.</summary>
internal sealed class ToolConsole
{
    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Standard output for data (`read -d -`).</summary>
    public required Func<Stream> OpenOutput { get; init; }

    /// <summary>Standard input for data (`write -d -`).</summary>
    public required Func<Stream> OpenInput { get; init; }

    public bool OutputIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    public static ToolConsole OfThisProcess() => new()
    {
        Output = Console.Out,
        Error = Console.Error,
        OpenOutput = Console.OpenStandardOutput,
        OpenInput = Console.OpenStandardInput,
        OutputIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
    };
}
