namespace UserNvme.Pci;

/// <summary>A disk that the kernel's nvme driver made of a namespace, or a partition of one.</summary>
/// <param name="Name">The kernel's name: "nvme0n1", "nvme0n1p1".</param>
/// <param name="Path">The device node, such as "/dev/nvme0n1".</param>
/// <param name="Size">Size in bytes; 0 where the kernel does not say.</param>
/// <param name="Uses">What the kernel uses it for; empty where this process sees no use (only an exclusive open proves it).</param>
/// <param name="Partitions">Its partitions; empty for a partition.</param>
public sealed record PciBlockDevice(
    string Name, string Path, long Size, IReadOnlyList<BlockDeviceUse> Uses, IReadOnlyList<PciBlockDevice> Partitions)
{
    /// <summary>The device and its partitions, the device first.</summary>
    public IEnumerable<PciBlockDevice> WithPartitions => Partitions.Prepend(this);

    /// <summary>Whether the kernel uses the device or one of its partitions, as far as this process sees.</summary>
    public bool InUse => WithPartitions.Any(d => d.Uses.Count > 0);
}
