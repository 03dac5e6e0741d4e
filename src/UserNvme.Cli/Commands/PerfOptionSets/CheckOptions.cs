using System.CommandLine;
using UserNvme.Cli.Frame;
using UserNvme.Cli.Perf;
using UserNvme.Cli.Safety;

namespace UserNvme.Cli.Commands.PerfOptionSets;

/// <summary>`perf`: what is checked, and what happens when something is wrong.</summary>
internal sealed class CheckOptions
{
    private readonly Option<bool> _verify = new("--verify")
    {
        Description = "Writes blocks marked with LBA, generation and checksum, checks each that is read, and reads all of them back at the end.",
    };

    private readonly Option<int> _continueOnError = CommonSymbols.Number("--continue-on-error", "-Q",
        "Goes on after a transfer that fails or is not what was written, and tells every N-th on stderr. [default: the first ends the run]", 1, int.MaxValue, 0);

    private readonly Option<bool> _destroyData = DataGuard.Option();

    private readonly Option<int> _timeout = CommonSymbols.Timeout(15);

    public CheckOptions() => _continueOnError.DefaultValueFactory = null;

    public OptionGroup Group => new("Checks and errors", [_verify, _continueOnError, _destroyData, _timeout]);

    public bool DestroyData(ParseResult parse) => parse.GetValue(_destroyData);

    public int Timeout(ParseResult parse) => parse.GetValue(_timeout);

    public PerfSettings Fill(ParseResult parse, PerfSettings settings)
    {
        if (parse.GetValue(_verify) && !settings.Pattern.Writes)
            throw ToolException.Usage($"--verify checks what the run wrote, so it needs -w with a pattern that writes, not {settings.Pattern.Name}.");
        return settings with { Verify = parse.GetValue(_verify), ContinueOnError = parse.GetValue(_continueOnError) };
    }
}
