using System.Text.Json;
using UserNvme.Cli.Frame;

namespace UserNvme.Tests.Cli;

/// <summary>One run of the tool inside the test process, with what it wrote.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error, byte[] Data)
{
    public static Task<ToolRun> Of(params string[] args) => Of(args, [], CancellationToken.None);

    public static async Task<ToolRun> Of(string[] args, byte[] input, CancellationToken stop)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var data = new MemoryStream();
        var console = new ToolConsole
        {
            Output = output,
            Error = error,
            OpenOutput = () => data,
            OpenInput = () => new MemoryStream(input),
        };
        var code = await Tool.RunAsync(args, console, stop);
        return new ToolRun(code, output.ToString(), error.ToString(), data.ToArray());
    }

    /// <summary>Standard output as the one JSON document that it has to be.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>Asserts that the run failed with one sentence on stderr and nothing on stdout, and returns the sentence.</summary>
    public string Sentence(ExitCode expected)
    {
        Assert.Equal((expected, ""), ((ExitCode)ExitCode, Output));
        var line = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("usernvme: ", line, StringComparison.Ordinal);
        Assert.EndsWith(".", line, StringComparison.Ordinal);
        return line["usernvme: ".Length..];
    }
}
