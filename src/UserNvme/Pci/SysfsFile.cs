using System.Globalization;

namespace UserNvme.Pci;

/// <summary>
/// Reads single attributes of sysfs. A device may vanish between two reads, and old kernels lack some attributes: what cannot be
/// read is null, never an exception.
/// </summary>
internal static class SysfsFile
{
    /// <summary>The attribute's text without the newline; null where it does not exist or may not be read.</summary>
    public static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>An attribute such as "0x8086"; null where it is missing or something else.</summary>
    public static uint? ReadHex(string path)
    {
        var text = ReadText(path);
        if (text is null)
            return null;
        var digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text.AsSpan();
        return uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    /// <summary>A decimal attribute; null where it is missing or something else.</summary>
    public static long? ReadNumber(string path) =>
        long.TryParse(ReadText(path), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>The last part of what a symbolic link points to, such as a driver's name; null where there is no link.</summary>
    public static string? ReadLinkName(string path)
    {
        var target = ReadLink(path);
        return target is null ? null : Path.GetFileName(Path.TrimEndingDirectorySeparator(target));
    }

    /// <summary>What a symbolic link points to, as it stands there; null where there is no link or it may not be read.</summary>
    public static string? ReadLink(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The names in a directory, sorted; none where it does not exist or may not be read.</summary>
    public static IReadOnlyList<string> List(string path)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(path).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
