using System.CommandLine;
using UserNvme.Cli.Frame;
using UserNvme.Cli.Perf;

namespace UserNvme.Cli.Commands.PerfOptionSets;

/// <summary>`perf`: what is told of the result, and where.</summary>
internal sealed class OutputOptions
{
    private readonly Option<bool> _latency = new("--enable-sw-latency-tracking", "-L")
    {
        Description = "-L prints the percentiles of each row, -LL its whole histogram as well.",
        Arity = ArgumentArity.Zero,
    };

    private readonly Option<string> _hgrm = new("--hgrm")
    {
        Description = "Writes the percentiles of all transfers to a file that HdrHistogram's plotter reads (microseconds).",
        HelpName = "FILE",
    };

    private readonly Option<string> _report = new("--report")
    {
        Description = "Writes a page with charts: throughput over time, latency percentiles and histograms, facts about machine and device.",
        HelpName = "FILE",
    };

    public OptionGroup Group => new("Output", [_latency, _hgrm, _report]);

    public PerfSettings Fill(ParseResult parse, PerfSettings settings) =>
        settings with { LatencyDetail = Math.Min(2, parse.GetResult(_latency)?.IdentifierTokenCount ?? 0) };

    /// <summary>--hgrm; null without.</summary>
    public string? Hgrm(ParseResult parse) => parse.GetValue(_hgrm);

    /// <summary>--report; null without.</summary>
    public string? Report(ParseResult parse) => parse.GetValue(_report);
}
