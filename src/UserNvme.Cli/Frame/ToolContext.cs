using System.Text.Json;
using Microsoft.Extensions.Logging;
using UserNvme.Cli.Output;

namespace UserNvme.Cli.Frame;

/// <summary>What every verb gets: the console, the choice of output format, and the driver's log on stderr.</summary>
internal sealed class ToolContext(ToolConsole console)
{
    public ToolConsole Console { get; } = console;

    /// <summary>Where text for the user goes. Errors are thrown, not written.</summary>
    public TextWriter Output => Console.Output;

    /// <summary>`--output-format json`: stdout gets one JSON document and nothing else.</summary>
    public bool Json { get; set; }

    /// <summary>`--debug`: stack traces and the driver's whole log on stderr.</summary>
    public bool Debug
    {
        get => Log.IsVerbose;
        set => Log.IsVerbose = value;
    }

    /// <summary>The driver's log: warnings, with `--debug` everything, on stderr.</summary>
    public ILoggerFactory LoggerFactory => Log;

    /// <summary>The same, for the frame.</summary>
    internal ErrorStreamLoggerFactory Log { get; } = new(console.Error);

    /// <summary>Writes the JSON document of the verb: indented, and only once it is complete.</summary>
    public void WriteJson(Action<Utf8JsonWriter> write) => JsonDocumentWriter.Write(Output, write);
}
