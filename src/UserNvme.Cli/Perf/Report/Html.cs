using System.Globalization;
using System.Net;

namespace UserNvme.Cli.Perf.Report;

/// <summary>Text for HTML and SVG: escaped, and numbers in one style.</summary>
internal static class Html
{
    private static readonly (double Size, string Suffix)[] s_thousands = [(1e9, " G"), (1e6, " M"), (1e3, " k")];
    private static readonly (double Nanoseconds, string Unit)[] s_times = [(1e9, "s"), (1e6, "ms"), (1e3, "µs")];

    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A position in a drawing, in hundredths of a unit.</summary>
    public static string At(double position) => position.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>1,234,567.</summary>
    public static string Whole(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>About three digits: 5.12 M, 340 k, 12.</summary>
    public static string Short(double value)
    {
        foreach (var (size, suffix) in s_thousands)
        {
            if (value >= size)
                return Digits(value / size) + suffix;
        }

        return Digits(value);
    }

    /// <summary>A time with its unit: 812 ns, 4.15 µs, 12.3 ms, 1.2 s.</summary>
    public static string Time(double nanoseconds)
    {
        foreach (var (size, unit) in s_times)
        {
            if (nanoseconds >= size)
                return $"{Digits(nanoseconds / size)} {unit}";
        }

        return $"{Digits(nanoseconds)} ns";
    }

    /// <summary>A percentage with as many nines as it has: 99.99 %.</summary>
    public static string Percent(double percent) => percent.ToString("0.######", CultureInfo.InvariantCulture) + " %";

    private static string Digits(double value) =>
        value.ToString(value >= 100 ? "0" : value >= 10 ? "0.#" : "0.##", CultureInfo.InvariantCulture);
}
