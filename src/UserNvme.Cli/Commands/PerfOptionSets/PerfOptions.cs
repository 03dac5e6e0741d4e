using System.CommandLine;
using UserNvme.Cli.Frame;
using UserNvme.Cli.Perf;

namespace UserNvme.Cli.Commands.PerfOptionSets;

/// <summary>The options of `perf` in their groups, their defaults, and the checks that need no device.</summary>
internal sealed class PerfOptions
{
    public LoadOptions Load { get; } = new();

    public TimeOptions Time { get; } = new();

    public PlaceOptions Place { get; } = new();

    public CheckOptions Check { get; } = new();

    public OutputOptions Output { get; } = new();

    public IReadOnlyList<OptionGroup> Groups => [Load.Group, Time.Group, Place.Group, Check.Group, Output.Group];

    /// <summary>The settings of the command line.</summary>
    /// <exception cref="Frame.ToolException">Options contradict each other, or a core does not exist.</exception>
    public PerfSettings Read(ParseResult parse)
    {
        var settings = Load.Fill(parse, PerfSettings.Initial);
        settings = Time.Fill(parse, settings);
        settings = Place.Fill(parse, settings);
        settings = Check.Fill(parse, settings);
        return Output.Fill(parse, settings);
    }
}
