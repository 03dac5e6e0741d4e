using System.Globalization;

namespace UserNvme.Cli.Machine;

/// <summary>Sizes of memory in words, in powers of 1024.</summary>
internal static class Sizes
{
    private static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>"2 MiB", "1.5 GiB".</summary>
    public static string Describe(long bytes)
    {
        var value = (double)bytes;
        var unit = 0;
        for (; value >= 1024 && unit < s_units.Length - 1; unit++)
            value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {s_units[unit]}");
    }
}
