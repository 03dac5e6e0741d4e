using System.CommandLine;

namespace UserNvme.Cli.Frame;

/// <summary>Options that belong together, under one heading of the help text.</summary>
internal sealed record OptionGroup(string Title, IReadOnlyList<Option> Options);
