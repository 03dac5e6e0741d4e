using System.Text.RegularExpressions;

namespace UserNvme.Cli.Frame;

/// <summary>Turns what went wrong into one sentence and an exit code. Nothing that a verb throws gets past it.</summary>
internal static partial class ErrorReport
{
    /// <summary>The exit code and the sentence for an exception.</summary>
    public static (ExitCode Code, string Sentence) Describe(Exception exception)
    {
        while (exception is AggregateException { InnerException: { } inner })
            exception = inner;
        return exception switch
        {
            ToolException tool => (tool.Code, OneLine(tool.Message)),
            NvmeSetupException setup => (ExitCodeTable.Of(setup.Problem), OneLine(setup.Message)),
            NvmeException command => (ExitCodeTable.Of(command.Fate), OneLine(command.Message)),
            OperationCanceledException => (ExitCode.Interrupted, "Interrupted."),
            ArgumentException argument => (ExitCode.Usage, OneLine(ParameterNote().Replace(argument.Message, ""))),
            UnauthorizedAccessException access => (ExitCode.NoPermission, OneLine(access.Message)),
            FileNotFoundException or DirectoryNotFoundException => (ExitCode.File, OneLine(exception.Message)),
            PlatformNotSupportedException platform => (ExitCode.Unsupported, OneLine(platform.Message)),
            NotSupportedException unsupported => (ExitCode.Unsupported, OneLine(unsupported.Message)),
            IOException io => (ExitCode.File, OneLine(io.Message)),
            OutOfMemoryException => (ExitCode.NoMemory, "There is not enough memory for this."),
            _ => (ExitCode.Unexpected,
                $"An error inside usernvme, please report it (--debug shows where): {exception.GetType().Name}: {OneLine(exception.Message)}"),
        };
    }

    /// <summary>Writes the sentence, and with --debug the whole exception, and returns the exit code.</summary>
    public static int Write(Exception exception, TextWriter error, bool debug)
    {
        var (code, sentence) = Describe(exception);
        error.WriteLine($"usernvme: {sentence}");
        if (debug)
            error.WriteLine(exception);
        error.Flush();
        return (int)code;
    }

    // One line that ends as a sentence does, whoever wrote it.
    private static string OneLine(string message)
    {
        var line = LineBreaks().Replace(message.Trim(), " ");
        return line.EndsWith('.') ? line : line + ".";
    }

    // ArgumentException adds its parameter's name, which means nothing to the tool's user.
    [GeneratedRegex(@"\s*\(Parameter '[^']*'\)|\s*Actual value was .*$", RegexOptions.Singleline)]
    private static partial Regex ParameterNote();

    [GeneratedRegex(@"\s*[\r\n]+\s*")]
    private static partial Regex LineBreaks();
}
