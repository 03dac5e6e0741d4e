using System.Globalization;

namespace UserNvme.Interop;

/// <summary>How far apart the machine's CPUs are, as sysfs tells.</summary>
internal static class CpuTopology
{
    private const string Root = "/sys/devices/system/cpu";

    /// <summary>How many CPU numbers there are; some may be offline.</summary>
    public static int CpuCount { get; } = Math.Max(Environment.ProcessorCount, CountFolders());

    /// <summary>0 for the same CPU, 1 for a shared last-level cache, 2 for the same package, 3 for another.</summary>
    public static int Distance(int one, int other)
    {
        if (one == other) return 0;
        if (Read(one, "cache/index3/shared_cpu_list") is { } cache && cache == Read(other, "cache/index3/shared_cpu_list")) return 1;
        return Read(one, "topology/physical_package_id") is { } package && package == Read(other, "topology/physical_package_id") ? 2 : 3;
    }

    private static int CountFolders()
    {
        var count = 0;
        while (Directory.Exists(Folder(count))) count++;
        return count;
    }

    private static string Folder(int cpu) => string.Create(CultureInfo.InvariantCulture, $"{Root}/cpu{cpu}");

    private static string? Read(int cpu, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(Folder(cpu), file)).Trim();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
