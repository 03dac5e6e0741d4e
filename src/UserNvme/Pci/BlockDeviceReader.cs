using System.Text.RegularExpressions;

namespace UserNvme.Pci;

/// <summary>Finds the disks that the kernel's nvme driver made of a controller's namespaces, and what uses them.</summary>
internal sealed partial class BlockDeviceReader(HostPaths host, MountTable mounts)
{
    private const int SectorSize = 512; // sysfs counts in these, whatever the disk's block size is.
    private const int MaxStackDepth = 8;

    /// <summary>The disks of a controller, in the order of their names.</summary>
    public IReadOnlyList<PciBlockDevice> ReadDisks(PciAddress controller) =>
        [.. DiskNames(Path.Combine(host.PciDevice(controller), "nvme")).Select(ReadDisk)];

    private static IEnumerable<string> DiskNames(string directory) =>
        SysfsFile.List(directory)
            .SelectMany(instance => SysfsFile.List(Path.Combine(directory, instance)))
            .Select(DiskName)
            .OfType<string>()
            .Distinct();

    // With native multipath the controller has a hidden "nvme0c1n2"; the disk that people mount is its head, "nvme0n2".
    private static string? DiskName(string entry)
    {
        var match = NamespaceName().Match(entry);
        return match.Success ? $"nvme{match.Groups["subsystem"].Value}n{match.Groups["head"].Value}" : null;
    }

    private PciBlockDevice ReadDisk(string name) =>
        Read(name, [.. SysfsFile.List(host.BlockDevice(name))
            .Where(child => File.Exists(Path.Combine(host.BlockDevice(name), child, "partition")))
            .Select(child => Read(child, []))]);

    private PciBlockDevice Read(string name, IReadOnlyList<PciBlockDevice> partitions)
    {
        var sectors = SysfsFile.ReadNumber(Path.Combine(host.BlockDevice(name), "size")) ?? 0;
        return new PciBlockDevice(name, Path.Combine(host.Dev, name), sectors * SectorSize, ReadUses(name), partitions);
    }

    private List<BlockDeviceUse> ReadUses(string name)
    {
        var uses = new List<BlockDeviceUse>();
        uses.AddRange(MountPoints(name).Select(point => new BlockDeviceUse(BlockDeviceUseKind.Mounted, point)));
        if (mounts.IsSwap(name))
            uses.Add(new BlockDeviceUse(BlockDeviceUseKind.Swap, ""));
        uses.AddRange(Holders(name).Select(holder => new BlockDeviceUse(BlockDeviceUseKind.Holder, Describe(holder, 0))));
        return uses;
    }

    private IReadOnlyList<string> Holders(string name) => SysfsFile.List(Path.Combine(host.BlockDevice(name), "holders"));

    private IReadOnlyList<string> MountPoints(string name) =>
        mounts.MountPoints(SysfsFile.ReadText(Path.Combine(host.BlockDevice(name), "dev")) ?? "", name);

    // "dm-0 (vg-root), mounted on /": the name people know, and what stands on top of the stack.
    private string Describe(string holder, int depth)
    {
        var mapperName = SysfsFile.ReadText(Path.Combine(host.BlockDevice(holder), "dm/name"));
        var text = mapperName is null ? holder : $"{holder} ({mapperName})";
        foreach (var point in MountPoints(holder))
            text += $", mounted on {point}";
        if (mounts.IsSwap(holder))
            text += ", used as swap";
        if (depth < MaxStackDepth)
        {
            foreach (var above in Holders(holder))
                text += $", held by {Describe(above, depth + 1)}";
        }

        return text;
    }

    [GeneratedRegex("^nvme(?<subsystem>[0-9]+)(c[0-9]+)?n(?<head>[0-9]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex NamespaceName();
}
