using System.Globalization;
using UserNvme.Pci;

namespace UserNvme.Cli.Machine;

/// <summary>Reads the hugepages of every node and size from sysfs (Documentation/admin-guide/mm/hugetlbpage.rst).</summary>
internal static class HugepagePools
{
    private const string Prefix = "hugepages-";
    private const string Suffix = "kB";

    /// <summary>All pools, by node and size; pools of sizes that the machine has and nobody reserved are there with 0 pages.</summary>
    public static IReadOnlyList<HugepagePool> Read(HostPaths host)
    {
        var nodes = ReadNodes(Path.Combine(host.Sys, "devices/system/node"));
        return nodes.Count > 0 ? nodes : [.. ReadSizes(-1, Path.Combine(host.Sys, "kernel/mm/hugepages"))];
    }

    private static List<HugepagePool> ReadNodes(string directory) =>
        [.. Names(directory, "node*")
            .Select(name => (Name: name, Node: Number(name.AsSpan("node".Length))))
            .Where(node => node.Node is not null)
            .OrderBy(node => node.Node)
            .SelectMany(node => ReadSizes((int)node.Node!.Value, Path.Combine(directory, node.Name, "hugepages")))];

    private static IEnumerable<HugepagePool> ReadSizes(int node, string directory) =>
        Names(directory, Prefix + "*" + Suffix)
            .Select(name => (Name: name, Kilobytes: Number(name.AsSpan()[Prefix.Length..^Suffix.Length])))
            .Where(size => size.Kilobytes is not null)
            .OrderBy(size => size.Kilobytes)
            .Select(size => new HugepagePool(node, size.Kilobytes!.Value * 1024,
                Attribute(Path.Combine(directory, size.Name, "nr_hugepages")), Attribute(Path.Combine(directory, size.Name, "free_hugepages"))));

    private static IEnumerable<string> Names(string directory, string pattern) =>
        Directory.Exists(directory) ? Directory.EnumerateDirectories(directory, pattern).Select(path => Path.GetFileName(path)) : [];

    private static long Attribute(string path) => File.Exists(path) ? Number(File.ReadAllText(path).AsSpan().Trim()) ?? 0 : 0;

    private static long? Number(ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
