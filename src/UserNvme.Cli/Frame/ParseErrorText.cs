using System.CommandLine;
using System.CommandLine.Parsing;

namespace UserNvme.Cli.Frame;

/// <summary>One sentence, with a hint, from what the parser found wrong.</summary>
internal static class ParseErrorText
{
    /// <summary>The sentence for the first thing that is wrong.</summary>
    public static string Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var isRoot = command is RootCommand;
        var help = isRoot ? "'usernvme --help'" : $"'usernvme {command.Name} --help'";
        var option = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value)
            .Concat(parsed.UnmatchedTokens).FirstOrDefault(token => token.StartsWith('-'));
        if (option is not null)
            return UnknownOption(parsed.CommandResult, option);
        if (parsed.UnmatchedTokens is [var unknown, ..])
        {
            return isRoot
                ? $"There is no verb '{unknown}'{DidYouMean(unknown, command.Subcommands.Select(verb => verb.Name))}; {help} lists them."
                : $"'{unknown}' is one argument too many for {command.Name}; see {help}.";
        }

        var message = parsed.Errors[0].Message.TrimEnd('.');
        if (parsed.Errors[0].SymbolResult is ArgumentResult { Tokens.Count: 0, Argument.Arity.MinimumNumberOfValues: > 0 } missing
            && missing.Parent is CommandResult)
            message = $"{command.Name} needs {missing.Argument.Name}";
        return $"{message}; see {help}.";
    }

    private static string UnknownOption(CommandResult result, string token)
    {
        var names = new List<string>();
        for (SymbolResult? level = result; level is not null; level = level.Parent)
        {
            if (level is CommandResult { Command: var command })
                names.AddRange(command.Options.Where(option => level == result || option.Recursive)
                    .SelectMany(option => option.Aliases.Append(option.Name)));
        }

        var name = result.Command is RootCommand ? "" : " " + result.Command.Name;
        return $"usernvme{name} has no option '{token}'{DidYouMean(token, names)}; see 'usernvme{name} --help'.";
    }

    private static string DidYouMean(string given, IEnumerable<string> known)
    {
        var best = known.Where(name => name.Length > 2).Select(name => (Name: name, Distance: Distance(given, name)))
            .OrderBy(candidate => candidate.Distance).FirstOrDefault();
        return best.Name is not null && best.Distance <= Math.Max(1, best.Name.Length / 3) ? $" (did you mean '{best.Name}'?)" : "";
    }

    // Levenshtein's distance, row by row.
    private static int Distance(string left, string right)
    {
        var previous = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var current = new int[right.Length + 1];
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1));
            previous = current;
        }

        return previous[^1];
    }
}
