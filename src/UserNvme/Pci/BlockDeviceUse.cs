namespace UserNvme.Pci;

/// <summary>One use of a block device by the kernel.</summary>
/// <param name="Kind">How it is used.</param>
/// <param name="By">The mount point, or the device built on it; empty for swap.</param>
public sealed record BlockDeviceUse(BlockDeviceUseKind Kind, string By)
{
    /// <summary>A phrase: "mounted on /home", "used as swap", "held by dm-0 (vg-root)".</summary>
    public override string ToString() => Kind switch
    {
        BlockDeviceUseKind.Mounted => $"mounted on {By}",
        BlockDeviceUseKind.Swap => "used as swap",
        _ => $"held by {By}",
    };
}
