using System.Text;

namespace UserNvme.Pci;

/// <summary>What is mounted and what is swap space: /proc/*/mountinfo and /proc/swaps, read once. See proc(5) for the formats.</summary>
internal sealed class MountTable
{
    private readonly ILookup<string, string> _mountsByDevice;
    private readonly ILookup<string, string> _mountsByName;
    private readonly HashSet<string> _swapNames;

    private MountTable(List<(string Device, string Name, string Point)> mounts, HashSet<string> swapNames)
    {
        _mountsByDevice = mounts.ToLookup(m => m.Device, m => m.Point);
        _mountsByName = mounts.ToLookup(m => m.Name, m => m.Point);
        _swapNames = swapNames;
    }

    /// <summary>Reads the tables of this process and, where its mounts are others (this is a container), of process 1.</summary>
    public static MountTable Read(HostPaths host) => Read(host, ["self", "1"]);

    /// <summary>Reads the tables of every mount namespace that this process may look into: slower, for explaining a refusal.</summary>
    public static MountTable ReadEveryNamespace(HostPaths host) =>
        Read(host, SysfsFile.List(host.Proc).Where(name => name.All(char.IsAsciiDigit)).Prepend("self"));

    /// <summary>Where a block device is mounted.</summary>
    /// <param name="device">Its numbers, "259:1".</param>
    /// <param name="name">Its name: btrfs mounts have numbers of their own and only name a device.</param>
    public IReadOnlyList<string> MountPoints(string device, string name) =>
        [.. _mountsByDevice[device].Concat(_mountsByName[name]).Distinct()];

    /// <summary>Whether a block device is swap space.</summary>
    public bool IsSwap(string name) => _swapNames.Contains(name);

    private static MountTable Read(HostPaths host, IEnumerable<string> processes)
    {
        var mounts = new List<(string, string, string)>();
        var namespaces = processes.DistinctBy(process => SysfsFile.ReadLink(Path.Combine(host.Proc, process, "ns/mnt")) ?? process);
        foreach (var process in namespaces)
        {
            foreach (var line in ReadLines(Path.Combine(host.Proc, process, "mountinfo")))
            {
                if (ParseMount(line) is var (device, source, point))
                    mounts.Add((device, NodeName(source), point));
            }
        }

        var swaps = ReadLines(Path.Combine(host.Proc, "swaps"))
            .Skip(1)
            .Select(line => NodeName(Unescape(line.Split((char[])[' ', '\t'], 2)[0])))
            .ToHashSet();
        return new MountTable(mounts, swaps);
    }

    // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
    private static (string Device, string Source, string Point)? ParseMount(string line)
    {
        var fields = line.Split(' ');
        var separator = Array.IndexOf(fields, "-", Math.Min(6, fields.Length));
        return separator < 0 || fields.Length < separator + 3
            ? null
            : (fields[2], Unescape(fields[separator + 2]), Unescape(fields[4]));
    }

    // /dev/mapper/vg-root and /dev/disk/by-uuid/... are links to the node that carries the kernel's name.
    private static string NodeName(string source)
    {
        if (!source.StartsWith('/'))
            return "";
        try
        {
            return Path.GetFileName(File.ResolveLinkTarget(source, returnFinalTarget: true)?.FullName ?? source);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Path.GetFileName(source);
        }
    }

    // Blanks, tabs, newlines and backslashes are written as octal: "\040".
    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && text.AsSpan(i + 1, 3).IndexOfAnyExceptInRange('0', '7') < 0)
            {
                result.Append((char)(((text[i + 1] - '0') << 6) | ((text[i + 2] - '0') << 3) | (text[i + 3] - '0')));
                i += 3;
            }
            else
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
