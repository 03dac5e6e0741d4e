using System.Globalization;

namespace UserNvme.Tests.Processes;

/// <summary>What a process has open and mapped, as the kernel lists it.</summary>
/// <param name="Descriptors">Open file descriptors, without assemblies.</param>
/// <param name="SharedMappings">Mappings of memory that processes share: doorbells and the memory of clients.</param>
/// <param name="Mappings">All mappings. The runtime makes and drops some of its own, so these are compared with room.</param>
internal sealed record ProcessUse(int Descriptors, int SharedMappings, int Mappings)
{
    /// <summary>How many mappings the runtime's own memory may come and go by; a leak of one in each of many rounds is more.</summary>
    public const int RuntimesOwn = 64;

    public static ProcessUse Of(int process)
    {
        var maps = File.ReadAllLines($"/proc/{process}/maps");
        return new ProcessUse(
            Opened(process).Count(),
            maps.Count(line => line.Contains("/memfd:usernvme", StringComparison.Ordinal) || line.Contains("/anon_hugepage", StringComparison.Ordinal)),
            maps.Length);
    }

    /// <summary>Waits until a process has no more than it had before; fails where that does not come about.</summary>
    public static async Task AssertReturnedAsync(int process, ProcessUse before)
    {
        var now = Of(process);
        for (var i = 0; i < 600 && !now.IsNoMoreThan(before); i++)
        {
            await Task.Delay(50);
            now = Of(process);
        }

        Assert.True(now.IsNoMoreThan(before), $"before: {before}, now: {now}; open: {string.Join(", ", Opened(process).Order())}");
    }

    /// <summary>Hundredths of a second that the threads with this name have run; 0 where there is none, or no such process.</summary>
    public static long Worked(int process, string thread)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{process}/task")
                .Where(task => File.ReadAllText($"{task}/comm").StartsWith(thread, StringComparison.Ordinal))
                .Sum(task => long.Parse(File.ReadAllText($"{task}/stat").Split(") ")[^1].Split(' ')[11], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return 0;
        }
    }

    // What the descriptors stand for. The runtime opens an assembly when it is needed first, and keeps it open.
    private static IEnumerable<string> Opened(int process) => Directory.GetFileSystemEntries($"/proc/{process}/fd")
        .Select(path => new FileInfo(path).LinkTarget ?? "").Where(target => !target.EndsWith(".dll", StringComparison.Ordinal));

    private bool IsNoMoreThan(ProcessUse before) =>
        Descriptors <= before.Descriptors && SharedMappings <= before.SharedMappings && Mappings <= before.Mappings + RuntimesOwn;
}
