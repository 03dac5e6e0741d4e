using System.Globalization;
using UserNvme.Pci;

namespace UserNvme.Transports.Vfio;

/// <summary>Finds the process that has a file open, for messages. Sees what this user may see: other users' processes only as root.</summary>
internal static class VfioHolder
{
    /// <summary>"process 1234 (qemu-system-x86)", or words for one that cannot be seen.</summary>
    public static string Describe(string path, HostPaths host)
    {
        foreach (var process in Numbers(host.Proc))
        {
            if (Holds(Path.Combine(host.Proc, process, "fd"), path))
                return process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)
                    ? "this process itself"
                    : $"process {process} ({Name(Path.Combine(host.Proc, process, "comm"))})";
        }

        return "another process (root can see which: fuser -v " + path + ")";
    }

    private static IEnumerable<string> Numbers(string proc) =>
        Directory.EnumerateDirectories(proc).Select(d => Path.GetFileName(d)).Where(n => n.All(char.IsAsciiDigit));

    private static bool Holds(string descriptors, string path)
    {
        try
        {
            return Directory.EnumerateFiles(descriptors).Any(f => File.ResolveLinkTarget(f, returnFinalTarget: false)?.FullName == path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // It ended meanwhile, or belongs to another user.
        }
    }

    private static string Name(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "ended meanwhile";
        }
    }
}
