using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace UserNvme.Cli.Commands;

/// <summary>Arguments and options that several verbs share, with checks whose errors are sentences.</summary>
internal static class CommonSymbols
{
    // Short enough that the tool has said what is wrong within 20 s.
    private const int DefaultTimeoutSeconds = 10;

    /// <summary>The device to work on.</summary>
    public static Argument<string> Device() => new("DEV")
    {
        Description = "The controller: a PCI address such as 0000:01:00.0, or emulated:",
        CustomParser = result => Addresses(result)[0],
    };

    /// <summary>One or more devices.</summary>
    public static Argument<string[]> Devices() => new("DEV")
    {
        Description = "The controllers: PCI addresses such as 0000:01:00.0, or emulated:",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = Addresses,
    };

    /// <summary>-n of verbs that need a namespace.</summary>
    public static Option<uint> Namespace() => new("--namespace-id", "-n")
    {
        Description = "The namespace identifier.",
        HelpName = "NSID",
        Required = true,
        CustomParser = ParseNamespaceId,
    };

    /// <summary>How long a command may take, in seconds.</summary>
    public static Option<int> Timeout(int seconds = DefaultTimeoutSeconds) => Number("--timeout", null,
        "Seconds a command may take before the controller is reset.", 1, 3600, seconds);

    /// <summary>A namespace identifier: 1 to 0xFFFFFFFE.</summary>
    public static uint ParseNamespaceId(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (!TryParseNumber(text, out uint id) || id is 0 or uint.MaxValue)
            result.AddError($"-n (--namespace-id) is a number from 1 to 4294967294, not '{text}'");
        return id;
    }

    /// <summary>A whole number in a range, decimal or 0x.</summary>
    public static Option<T> Number<T>(string name, string? alias, string description, T least, T most, T? defaultValue = null)
        where T : struct, IBinaryInteger<T>
    {
        var option = new Option<T>(name, alias is null ? [] : [alias])
        {
            Description = description,
            HelpName = "N",
            Required = defaultValue is null,
            CustomParser = result =>
            {
                var text = result.Tokens[^1].Value;
                if (TryParseNumber(text, out T value) && value >= least && value <= most)
                    return value;
                result.AddError($"{Title(name, alias)} is a whole number from {least} to {most}, not '{text}'");
                return least;
            },
        };
        if (defaultValue is { } preset)
            option.DefaultValueFactory = _ => preset;
        return option;
    }

    /// <summary>How an option is called in an error: both names.</summary>
    private static string Title(string name, string? alias) => alias is null ? name : $"{alias} ({name})";

    /// <summary>Parses decimal or 0x hexadecimal, without sign, spaces or separators.</summary>
    public static bool TryParseNumber<T>(string text, out T value)
        where T : struct, IBinaryInteger<T>
    {
        value = default;
        var isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (!UInt128.TryParse(isHex ? text.AsSpan(2) : text, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
            CultureInfo.InvariantCulture, out var wide))
            return false;
        value = T.CreateSaturating(wide);
        return UInt128.CreateSaturating(value) == wide;
    }

    // The parser takes an unknown option for one more device; no address starts with a dash (ParseErrorText names the option).
    private static string[] Addresses(ArgumentResult result)
    {
        var values = result.Tokens.Select(token => token.Value).ToArray();
        foreach (var value in values)
        {
            if (value.StartsWith('-'))
                result.AddError($"'{value}' is not a device's address");
            else if (string.IsNullOrWhiteSpace(value))
                result.AddError("An empty text is not a device's address");
        }

        return values;
    }
}
