using System.Globalization;

namespace UserNvme.Cli.Commands;

/// <summary>Sizes on the command line: 4096, 4k, 128K, 1MiB; the suffixes are powers of 1024.</summary>
internal static class ByteSize
{
    /// <summary>Parses a size in bytes, 0 or more; false for anything else and for what does not fit.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var digits = text.AsSpan().TrimEnd("kKmMgGtTiB".AsSpan());
        var shift = text[digits.Length..].ToUpperInvariant() switch
        {
            "" => 0,
            "K" or "KIB" => 10,
            "M" or "MIB" => 20,
            "G" or "GIB" => 30,
            "T" or "TIB" => 40,
            _ => -1,
        };
        if (shift < 0 || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue >> shift)
            return false;
        bytes = number << shift;
        return true;
    }

    /// <summary>"4 KiB", "512 B", "1.5 GiB".</summary>
    public static string Describe(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double value = bytes;
        var unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++)
            value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.##} {units[unit]}");
    }
}
