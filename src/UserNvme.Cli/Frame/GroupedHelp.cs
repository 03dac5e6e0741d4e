using System.CommandLine;

namespace UserNvme.Cli.Frame;

/// <summary>The help text of a <see cref="GroupedCommand"/>.</summary>
internal static class GroupedHelp
{
    private const int NameWidth = 34;
    private const int Width = 116;

    public static void Write(TextWriter output, GroupedCommand command)
    {
        output.WriteLine($"Description:\n  {command.Description}\n");
        output.WriteLine($"Usage:\n  usernvme {command.Name} {string.Join(" ", command.Arguments.Select(argument => $"[<{argument.Name}>...]"))} [options]\n");
        output.WriteLine("Arguments:");
        foreach (var argument in command.Arguments)
            WriteEntry(output, $"<{argument.Name}>", argument.Description ?? "");
        foreach (var group in command.Groups)
            WriteGroup(output, group.Title, group.Options);
        WriteGroup(output, "Options of all verbs", [.. command.Parents.OfType<Command>().SelectMany(parent => parent.Options).Where(option => option.Recursive)]);
        output.WriteLine();
    }

    private static void WriteGroup(TextWriter output, string title, IReadOnlyList<Option> options)
    {
        output.WriteLine($"\n{title}:");
        foreach (var option in options)
        {
            var names = option.Aliases.Append(option.Name).Where(name => name[0] == '-').OrderBy(name => name.Length);
            var value = option.HelpName is { } help ? $" <{help}>" : "";
            WriteEntry(output, string.Join(", ", names) + value, option.Description + Default(option));
        }
    }

    private static string Default(Option option) =>
        option.HasDefaultValue && option.ValueType != typeof(bool) ? $" [default: {option.GetDefaultValue()}]" : "";

    private static void WriteEntry(TextWriter output, string names, string description)
    {
        var lines = Wrap(description);
        // A name that is too long has a line of its own.
        if (names.Length > NameWidth - 2)
            output.WriteLine($"  {names}");
        else
            output.WriteLine($"  {names.PadRight(NameWidth)}{lines[0]}");
        foreach (var line in names.Length > NameWidth - 2 ? lines : lines.Skip(1))
            output.WriteLine($"  {"",NameWidth}{line}");
    }

    private static List<string> Wrap(string text)
    {
        var lines = new List<string> { "" };
        foreach (var word in text.Split(' '))
        {
            if (lines[^1].Length > 0 && lines[^1].Length + 1 + word.Length > Width - NameWidth)
                lines.Add("");
            lines[^1] += lines[^1].Length == 0 ? word : " " + word;
        }

        return lines;
    }
}
