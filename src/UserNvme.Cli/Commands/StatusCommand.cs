using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using UserNvme.Cli.Frame;
using UserNvme.Cli.Machine;
using UserNvme.Cli.Output;
using UserNvme.Pci;

namespace UserNvme.Cli.Commands;

/// <summary>`status`: the machine's hugepages and NVMe controllers, who has each and what for. Needs no privilege.</summary>
internal static class StatusCommand
{
    public static Command Create(ToolContext tool)
    {
        var command = new Command("status", "Shows hugepages, and every NVMe controller: its driver, IOMMU group, NUMA node and disks in use.");
        command.SetAction(_ => Run(tool, HostPaths.Default));
        return command;
    }

    internal static int Run(ToolContext tool, HostPaths host)
    {
        var pools = HugepagePools.Read(host);
        var memlock = MemlockLimit.Read(host);
        var controllers = PciBus.NvmeControllers(host);
        if (tool.Json)
            tool.WriteJson(json => WriteJson(json, pools, memlock, controllers));
        else
            WriteText(tool, pools, memlock, controllers);
        return (int)ExitCode.Success;
    }

    private static void WriteText(ToolContext tool, IReadOnlyList<HugepagePool> pools, MemlockLimit memlock, IReadOnlyList<PciDevice> controllers)
    {
        var hugepages = new TextTable("Node", "Hugepage", "Free", "Total");
        foreach (var pool in pools)
            hugepages.Add(pool.Node < 0 ? null : Text(pool.Node), Sizes.Describe(pool.PageSize), Text(pool.Free), Text(pool.Total));
        hugepages.Write(tool.Console);
        tool.Output.WriteLine();
        tool.Output.WriteLine($"Locked memory limit: {(memlock.IsIgnored ? "none (CAP_IPC_LOCK)" : memlock.Soft is { } soft ? Sizes.Describe(soft) : "none")}");
        tool.Output.WriteLine();

        if (controllers.Count == 0)
        {
            tool.Output.WriteLine("This machine has no NVMe controllers.");
            return;
        }

        var table = new TextTable("BDF", "Vendor", "Device", "NUMA", "Driver", "Group", "Block devices", "Name");
        foreach (var controller in controllers)
        {
            table.Add(controller.Address.ToString(), Hex(controller.VendorId), Hex(controller.DeviceId),
                controller.NumaNode < 0 ? null : Text(controller.NumaNode), controller.Driver, controller.IommuGroup is { } group ? Text(group) : null,
                string.Join("; ", controller.BlockDevices.Select(Describe)), Name(controller));
        }

        table.Write(tool.Console);
    }

    // "nvme0n1 (nvme0n1p1 mounted on /boot, nvme0n1p2 used as swap)"
    private static string Describe(PciBlockDevice disk)
    {
        var uses = disk.WithPartitions.SelectMany(part => part.Uses.Select(use => part == disk ? use.ToString() : $"{part.Name} {use}")).ToList();
        return uses.Count == 0 ? disk.Name : $"{disk.Name} ({string.Join(", ", uses)})";
    }

    private static string? Name(PciDevice device) =>
        device.VendorName is null ? null : device.DeviceName is null ? device.VendorName : $"{device.VendorName} {device.DeviceName}";

    private static void WriteJson(Utf8JsonWriter json, IReadOnlyList<HugepagePool> pools, MemlockLimit memlock, IReadOnlyList<PciDevice> controllers)
    {
        json.WriteStartObject();
        json.WriteStartArray("hugepages");
        foreach (var pool in pools)
        {
            json.WriteStartObject();
            json.WriteNumber("node", pool.Node);
            json.WriteNumber("page_size", pool.PageSize);
            json.WriteNumber("total", pool.Total);
            json.WriteNumber("free", pool.Free);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("memlock");
        if (memlock.Soft is { } soft)
            json.WriteNumber("limit", soft);
        else
            json.WriteNull("limit");
        json.WriteBoolean("ignored", memlock.IsIgnored);
        json.WriteEndObject();
        json.WriteStartArray("controllers");
        foreach (var controller in controllers)
            PciDeviceJson.Write(json, controller);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Hex(ushort id) => id.ToString("x4", CultureInfo.InvariantCulture);
}
