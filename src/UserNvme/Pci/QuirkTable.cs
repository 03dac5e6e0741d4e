namespace UserNvme.Pci;

/// <summary>
/// Controllers that depart from the specification, by vendor and device. Sources: the Linux kernel's nvme_id_table
/// (drivers/nvme/host/pci.c) and SPDK's nvme_quirks (lib/nvme/nvme_quirks.c).
/// </summary>
public static class QuirkTable
{
    /// <summary>How long a controller with <see cref="NvmeQuirks.DelayBeforeReady"/> is left alone: Linux waits 2.3 s, SPDK 2.5 s.</summary>
    public static readonly TimeSpan DelayBeforeReady = TimeSpan.FromMilliseconds(2500);

    /// <summary>How long a controller with <see cref="NvmeQuirks.DelayBeforeInit"/> is left alone; SPDK's figure.</summary>
    public static readonly TimeSpan DelayBeforeInit = TimeSpan.FromSeconds(2);

    private static readonly Quirk[] s_quirks =
    [
        new(0x144d, 0xa821, NvmeQuirks.DelayBeforeReady, "Samsung PM1725 does not come up when CSTS is read too early (Linux, SPDK)"),
        new(0x144d, 0xa822, NvmeQuirks.DelayBeforeReady, "Samsung PM1725a does not come up when CSTS is read too early (Linux, SPDK)"),
        new(0x1bb1, 0x0100, NvmeQuirks.DelayBeforeReady, "Seagate Nytro needs rest after a change of CC.EN (Linux)"),
        new(0x1c58, 0x0003, NvmeQuirks.DelayBeforeReady, "HGST Ultrastar SN100 fails while new firmware activates unless left alone (Linux)"),
        new(0x1c58, 0x0023, NvmeQuirks.DelayBeforeReady, "WDC SN200 fails while new firmware activates unless left alone (Linux)"),
        new(0x1c5f, 0x0540, NvmeQuirks.DelayBeforeReady, "Memblaze Pblaze4 does not come up when CSTS is read too early (Linux, SPDK)"),
        new(0x8086, 0x0953, NvmeQuirks.DelayBeforeInit, "Intel P3500/P3600/P3700 answer wrongly right after a reset (SPDK)"),
        new(0x8086, 0x0a53, NvmeQuirks.DelayBeforeInit, "Intel P3520 answers wrongly right after a reset (SPDK)"),
        new(0x15ad, 0x07f0, NvmeQuirks.NoShutdownStatus, "VMware's virtual controller does not report the end of shutdown in reasonable time (SPDK)"),
    ];

    /// <summary>All entries.</summary>
    public static IReadOnlyList<Quirk> All => s_quirks;

    /// <summary>What to do differently for a controller.</summary>
    public static NvmeQuirks Find(ushort vendorId, ushort deviceId) => Entry(vendorId, deviceId)?.Flags ?? NvmeQuirks.None;

    /// <summary>The entry of a controller, with its reason; null where it has none.</summary>
    public static Quirk? Entry(ushort vendorId, ushort deviceId) =>
        Array.Find(s_quirks, quirk => quirk.VendorId == vendorId && quirk.DeviceId == deviceId);
}
