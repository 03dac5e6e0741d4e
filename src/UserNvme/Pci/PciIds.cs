using System.Collections.Concurrent;
using System.Globalization;

namespace UserNvme.Pci;

/// <summary>
/// Names of vendors and devices from a pci.ids file (https://pci-ids.ucw.cz). The file has 1.5 MB and is searched line by line, once
/// for each pair that is asked for; most programs ask for one or two. Thread-safe.
/// </summary>
internal sealed class PciIds(IReadOnlyList<string> files)
{
    private readonly ConcurrentDictionary<(ushort, ushort), (string?, string?)> _found = new();

    /// <summary>The names; null where the file or the entry does not exist.</summary>
    public (string? Vendor, string? Device) Find(ushort vendor, ushort device) =>
        _found.GetOrAdd((vendor, device), key => Search(key.Item1, key.Item2));

    // A vendor's line starts at the margin ("144d  Samsung ..."), its devices follow behind one tab, their boards behind two.
    private (string? Vendor, string? Device) Search(ushort vendor, ushort device)
    {
        var vendorKey = vendor.ToString("x4", CultureInfo.InvariantCulture) + "  ";
        var deviceKey = "\t" + device.ToString("x4", CultureInfo.InvariantCulture) + "  ";
        string? vendorName = null;
        foreach (var line in Lines())
        {
            if (vendorName is null)
            {
                if (line.StartsWith(vendorKey, StringComparison.OrdinalIgnoreCase))
                    vendorName = line[vendorKey.Length..].Trim();
            }
            else if (line.StartsWith(deviceKey, StringComparison.OrdinalIgnoreCase))
            {
                return (vendorName, line[deviceKey.Length..].Trim());
            }
            else if (line.Length > 0 && line[0] is not '\t' and not '#')
            {
                break;
            }
        }

        return (vendorName, null);
    }

    private IEnumerable<string> Lines()
    {
        try
        {
            return files.FirstOrDefault(File.Exists) is { } file ? File.ReadLines(file) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
