using System.CommandLine;

namespace UserNvme.Cli.Frame;

/// <summary>A verb with so many options that its help text has headings.</summary>
internal sealed class GroupedCommand : Command
{
    public GroupedCommand(string name, string description, IReadOnlyList<OptionGroup> groups)
        : base(name, description)
    {
        Groups = groups;
        foreach (var option in groups.SelectMany(group => group.Options))
            Add(option);
    }

    /// <summary>The options under their headings.</summary>
    public IReadOnlyList<OptionGroup> Groups { get; }
}
