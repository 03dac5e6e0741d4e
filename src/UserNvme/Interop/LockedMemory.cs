using System.Globalization;

namespace UserNvme.Interop;

/// <summary>How much memory this process may lock and has locked; pinning memory for DMA counts against it.</summary>
/// <param name="Limit">RLIMIT_MEMLOCK in bytes; <see cref="ulong.MaxValue"/> where there is none.</param>
/// <param name="Locked">Bytes that are locked now, those of VFIO containers included.</param>
internal readonly record struct LockedMemory(ulong Limit, ulong Locked)
{
    private const string Key = "VmLck:";

    /// <summary>Asks the kernel about this process.</summary>
    public static LockedMemory Read() => new(ResourceLimit.Memlock, ReadLocked(File.ReadLines("/proc/self/status")));

    /// <summary>Whether so many bytes more would exceed the limit.</summary>
    public bool IsTooSmallFor(ulong bytes) => Limit != ulong.MaxValue && (bytes > Limit || Locked > Limit - bytes);

    /// <summary>The VmLck line of /proc/self/status, in bytes.</summary>
    internal static ulong ReadLocked(IEnumerable<string> status)
    {
        var line = status.FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal));
        var kilobytes = line?[Key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return ulong.TryParse(kilobytes, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value * 1024 : 0;
    }
}
