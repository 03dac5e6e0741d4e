using System.Globalization;
using UserNvme.Pci;

namespace UserNvme.Cli.Machine;

/// <summary>How much memory this process may pin (RLIMIT_MEMLOCK), as /proc/self/limits has it.</summary>
/// <param name="Soft">The limit in bytes; null for no limit.</param>
/// <param name="IsIgnored">Whether CAP_IPC_LOCK lifts it.</param>
internal sealed record MemlockLimit(long? Soft, bool IsIgnored)
{
    private const int CapIpcLock = 14;

    /// <summary>Whether this many bytes can be pinned.</summary>
    public bool Allows(long bytes) => IsIgnored || Soft is null || Soft >= bytes;

    public static MemlockLimit Read(HostPaths host)
    {
        // Max locked memory         8388608              8388608              bytes
        const string name = "Max locked memory";
        var line = Lines(host, "limits").FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal)) ?? name;
        var value = line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return new MemlockLimit(long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null, HasIpcLock(host));
    }

    private static bool HasIpcLock(HostPaths host)
    {
        // CapEff: 000001ffffffffff
        var line = Lines(host, "status").FirstOrDefault(l => l.StartsWith("CapEff:", StringComparison.Ordinal));
        return line is not null
            && ulong.TryParse(line["CapEff:".Length..].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var set)
            && (set >> CapIpcLock & 1) != 0;
    }

    private static IEnumerable<string> Lines(HostPaths host, string file)
    {
        var path = Path.Combine(host.Proc, "self", file);
        return File.Exists(path) ? File.ReadLines(path) : [];
    }
}
