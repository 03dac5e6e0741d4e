using System.Text;
using System.Text.Json;
using UserNvme.Cli.Frame;

namespace UserNvme.Tests.Cli;

/// <summary>A verb's surroundings whose output a test can read.</summary>
internal sealed class CapturedTool
{
    private readonly StringBuilder _output = new();

    public CapturedTool(bool json = false) => Context = new ToolContext(new ToolConsole
    {
        Output = new StringWriter(_output),
        Error = TextWriter.Null,
        OpenOutput = () => Stream.Null,
        OpenInput = () => Stream.Null,
    })
    { Json = json };

    public ToolContext Context { get; }

    public string Text => _output.ToString();

    public string[] Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public JsonElement Json => JsonDocument.Parse(Text).RootElement;
}
