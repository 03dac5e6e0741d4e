namespace UserNvme.Pci;

/// <summary>How the kernel uses a block device.</summary>
public enum BlockDeviceUseKind
{
    /// <summary>A file system on it is mounted.</summary>
    Mounted,

    /// <summary>It is swap space.</summary>
    Swap,

    /// <summary>Another block device is built on it: device mapper, RAID, bcache.</summary>
    Holder,
}
