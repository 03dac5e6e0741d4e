namespace UserNvme.VmTests.Vfio;

/// <summary>What this process has open.</summary>
internal static class OpenFiles
{
    /// <summary>Containers, groups and devices.</summary>
    public static IReadOnlyList<string> OfVfio() =>
        [.. Directory.GetFiles("/proc/self/fd").Select(f => new FileInfo(f).LinkTarget).OfType<string>()
            .Where(t => t.StartsWith("/dev/vfio/", StringComparison.Ordinal) || t.StartsWith("anon_inode:[vfio", StringComparison.Ordinal))];
}
