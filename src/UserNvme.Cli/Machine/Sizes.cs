using System.Globalization;

namespace UserNvme.Cli.Machine;

/// <summary>Sizes in words: memory and blocks in powers of 1024, disks in powers of 1000.</summary>
internal static class Sizes
{
    private static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB"];

    private static readonly string[] s_decimalUnits = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

    /// <summary>"2 MiB", "1.5 GiB".</summary>
    public static string Describe(long bytes)
    {
        var value = (double)bytes;
        var unit = 0;
        for (; value >= 1024 && unit < s_units.Length - 1; unit++)
            value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {s_units[unit]}");
    }

    /// <summary>"512 B", "67.11 MB", "1.02 TB", as on a disk's label.</summary>
    public static string DescribeDecimal(ulong bytes)
    {
        var value = (double)bytes;
        var unit = 0;
        for (; value >= 1000 && unit < s_decimalUnits.Length - 1; unit++)
            value /= 1000;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.##} {s_decimalUnits[unit]}");
    }
}
