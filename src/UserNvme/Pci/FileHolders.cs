using System.Globalization;

namespace UserNvme.Pci;

/// <summary>
/// Finds the processes that have a device node open, by /proc/*/fd. It does not see processes of other users (unless root) nor of
/// outer PID namespaces: finding none proves nothing, so whoever needs proof claims the node itself.
/// </summary>
internal static class FileHolders
{
    /// <summary>The processes that have one of the nodes open, this process included.</summary>
    public static IReadOnlyList<FileHolder> Of(IReadOnlyCollection<string> nodes, HostPaths host, bool includeThisProcess = true)
    {
        var wanted = nodes.Select(node => (Name: Path.GetFileName(node), Node: node)).ToList();
        return Search(host, includeThisProcess, (link, target) =>
            wanted.Any(w => Path.GetFileName(target) == w.Name && FileIdentity.AreSame(link, w.Node)));
    }

    /// <summary>The processes that hold any device of VFIO: its files carry no name that tells which.</summary>
    public static IReadOnlyList<FileHolder> OfAnyVfioDevice(HostPaths host) =>
        Search(host, includeThisProcess: true, (_, target) => target == "anon_inode:[vfio-device]");

    private static List<FileHolder> Search(HostPaths host, bool includeThisProcess, Func<string, string, bool> matches)
    {
        var holders = new List<FileHolder>();
        foreach (var name in SysfsFile.List(host.Proc))
        {
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                || (pid == Environment.ProcessId && !includeThisProcess))
                continue;
            var directory = Path.Combine(host.Proc, name, "fd");
            var holds = SysfsFile.List(directory)
                .Select(descriptor => Path.Combine(directory, descriptor))
                .Any(link => SysfsFile.ReadLink(link) is { } target && matches(link, target));
            if (holds)
                holders.Add(new FileHolder(pid, SysfsFile.ReadText(Path.Combine(host.Proc, name, "comm")) ?? "?"));
        }

        return holders;
    }
}
