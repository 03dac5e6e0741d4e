using System.Globalization;
using System.Text.Json;
using UserNvme.Cli.Machine;
using UserNvme.Controllers;

namespace UserNvme.Cli.Commands;

/// <summary>One namespace as `nvme list` shows it. The figures are the device's own words: a product that overflows is cut, not trusted.</summary>
internal sealed record NamespaceRow(
    string Address, string Serial, string Model, string Revision, uint Namespace, ulong Used, ulong Blocks, ulong Bytes, int BlockSize, int MetadataSize)
{
    public static NamespaceRow Of(NvmeController controller, NvmeNamespace item)
    {
        _ = item.Identity.TryGetFormat(out var format, out var blockSize);
        return new NamespaceRow(controller.Address, controller.Identity.SerialNumber, controller.Identity.ModelNumber, controller.Identity.FirmwareRevision,
            item.Id.Value, InBytes(item.Identity.Nuse, blockSize), item.BlockCount, InBytes(item.BlockCount, blockSize), blockSize, format.Ms);
    }

    /// <summary>"67.11 MB / 67.11 MB".</summary>
    public string Usage => $"{Sizes.DescribeDecimal(Used)} / {Sizes.DescribeDecimal(Bytes)}";

    /// <summary>"4 KiB + 8 B": block and metadata.</summary>
    public string Format => $"{Sizes.Describe(BlockSize)} + {MetadataSize.ToString(CultureInfo.InvariantCulture)} B";

    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("NameSpace", Namespace);
        json.WriteString("DevicePath", Address);
        json.WriteString("Firmware", Revision);
        json.WriteString("ModelNumber", Model);
        json.WriteString("SerialNumber", Serial);
        json.WriteNumber("UsedBytes", Used);
        json.WriteNumber("MaximumLBA", Blocks);
        json.WriteNumber("PhysicalSize", Bytes);
        json.WriteNumber("SectorSize", BlockSize);
        json.WriteEndObject();
    }

    private static ulong InBytes(ulong blocks, int blockSize) =>
        blockSize == 0 ? 0 : blocks > ulong.MaxValue / (uint)blockSize ? ulong.MaxValue : blocks * (uint)blockSize;
}
