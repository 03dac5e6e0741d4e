using System.Text.Json;
using UserNvme.Pci;

namespace UserNvme.Cli.Output;

/// <summary>A controller as the kernel shows it, as a JSON object.</summary>
internal static class PciDeviceJson
{
    public static void Write(Utf8JsonWriter json, PciDevice device)
    {
        json.WriteStartObject();
        json.WriteString("address", device.Address.ToString());
        json.WriteNumber("vendor_id", device.VendorId);
        json.WriteNumber("device_id", device.DeviceId);
        json.WriteNumber("subsystem_vendor_id", device.SubsystemVendorId);
        json.WriteNumber("subsystem_device_id", device.SubsystemDeviceId);
        json.WriteString("vendor", device.VendorName);
        json.WriteString("device", device.DeviceName);
        json.WriteNumber("numa_node", device.NumaNode);
        json.WriteString("driver", device.Driver);
        if (device.IommuGroup is { } group)
            json.WriteNumber("iommu_group", group);
        else
            json.WriteNull("iommu_group");
        json.WriteStartArray("iommu_group_members");
        foreach (var member in device.GroupMembers)
        {
            json.WriteStartObject();
            json.WriteString("address", member.Address.ToString());
            json.WriteString("driver", member.Driver);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteDisks(json, "block_devices", device.BlockDevices);
        json.WriteEndObject();
    }

    private static void WriteDisks(Utf8JsonWriter json, string name, IReadOnlyList<PciBlockDevice> disks)
    {
        json.WriteStartArray(name);
        foreach (var disk in disks)
        {
            json.WriteStartObject();
            json.WriteString("name", disk.Name);
            json.WriteString("path", disk.Path);
            json.WriteNumber("size", disk.Size);
            json.WriteBoolean("in_use", disk.InUse);
            json.WriteStartArray("uses");
            foreach (var use in disk.Uses)
                json.WriteStringValue(use.ToString());
            json.WriteEndArray();
            WriteDisks(json, "partitions", disk.Partitions);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
