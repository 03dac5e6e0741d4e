using System.Globalization;
using System.Numerics;

namespace UserNvme.Cli.Perf;

/// <summary>The cores of `-c`: a hexadecimal mask (0x6) or a list (1,3-5); and which cores this process may use at all.</summary>
internal static class CoreList
{
    /// <summary>The highest core number that is understood, and one more than what Linux's cpu_set_t holds.</summary>
    public const int Limit = 1024;

    /// <summary>Parses a mask or a list. Null with a sentence where it is neither.</summary>
    public static IReadOnlyList<int>? Parse(string text, out string error)
    {
        var cores = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? ParseMask(text[2..]) : ParseList(text);
        error = cores switch
        {
            null => $"'{text}' is neither a core mask (0x6) nor a list of cores (1,3-5)",
            [] => $"'{text}' selects no core",
            _ => "",
        };
        return error.Length == 0 ? cores : null;
    }

    /// <summary>The cores to use when none are given: the first allowed one that is not core 0, or core 0 where it is alone.</summary>
    public static IReadOnlyList<int> Default(IReadOnlyList<int> allowed) => [allowed.FirstOrDefault(core => core != 0)];

    /// <summary>"1, 3-5", for messages.</summary>
    public static string Describe(IReadOnlyList<int> cores)
    {
        var parts = new List<string>();
        for (var i = 0; i < cores.Count;)
        {
            var last = i;
            while (last + 1 < cores.Count && cores[last + 1] == cores[last] + 1)
                last++;
            parts.Add(last == i ? $"{cores[i]}" : $"{cores[i]}-{cores[last]}");
            i = last + 1;
        }

        return string.Join(", ", parts);
    }

    private static List<int>? ParseMask(string digits)
    {
        // One leading zero keeps BigInteger from reading the top bit as a sign.
        var significant = digits.TrimStart('0');
        if (digits.Length == 0 || significant.Length > Limit / 4
            || !BigInteger.TryParse("0" + significant, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var mask))
            return null;
        return [.. Enumerable.Range(0, Limit).Where(core => !(mask >> core).IsEven)];
    }

    private static List<int>? ParseList(string text)
    {
        var cores = new SortedSet<int>();
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || !TryParseCore(ends[0], out var first) || !TryParseCore(ends[^1], out var last) || last < first)
                return null;
            cores.UnionWith(Enumerable.Range(first, last - first + 1));
        }

        return [.. cores];
    }

    private static bool TryParseCore(string text, out int core) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out core) && core < Limit;
}
