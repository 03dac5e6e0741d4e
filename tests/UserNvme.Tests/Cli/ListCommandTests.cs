using UserNvme.Cli.Commands;
using UserNvme.Emulation;
using UserNvme.Tests.Pci;

namespace UserNvme.Tests.Cli;

public sealed class ListCommandTests : IDisposable
{
    private const int Timeout = 10;
    private readonly FakeHost _host = new();

    public ListCommandTests() => EmulatedTransport.Register();

    public void Dispose() => _host.Dispose();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_namespace_is_one_row_with_usage_and_format()
    {
        var tool = new CapturedTool();

        await ListCommand.RunAsync(tool.Context, ["emulated:?size=64M&block-size=4096"], _host.Paths, Timeout, Stop);

        Assert.StartsWith("Node", tool.Lines[0]);
        Assert.Contains("67.11 MB / 67.11 MB  4 KiB + 0 B", Assert.Single(tool.Lines[1..]));
    }

    [Fact]
    public async Task Json_has_the_names_and_types_of_nvme_cli()
    {
        var tool = new CapturedTool(json: true);

        await ListCommand.RunAsync(tool.Context, ["emulated:?size=64M&block-size=512"], _host.Paths, Timeout, Stop);

        var device = Assert.Single(tool.Json.GetProperty("Devices").EnumerateArray());
        Assert.Equal(
            ["NameSpace", "DevicePath", "Firmware", "ModelNumber", "SerialNumber", "UsedBytes", "MaximumLBA", "PhysicalSize", "SectorSize"],
            device.EnumerateObject().Select(property => property.Name));
        Assert.Equal((1, 131072, 67108864, 512), (device.GetProperty("NameSpace").GetInt32(), device.GetProperty("MaximumLBA").GetInt64(),
            device.GetProperty("PhysicalSize").GetInt64(), device.GetProperty("SectorSize").GetInt32()));
    }

    [Fact]
    public async Task Without_addresses_controllers_of_the_kernel_are_not_touched()
    {
        _host.AddController("0000:01:00.0", driver: "nvme");
        var tool = new CapturedTool(json: true);

        await ListCommand.RunAsync(tool.Context, [], _host.Paths, Timeout, Stop);

        Assert.Empty(tool.Json.GetProperty("Devices").EnumerateArray());
    }

    [Theory]
    [InlineData(0ul, "0 B")]
    [InlineData(999ul, "999 B")]
    [InlineData(67108864ul, "67.11 MB")]
    [InlineData(1024209543168ul, "1.02 TB")]
    [InlineData(ulong.MaxValue, "18.45 EB")]
    public void Sizes_of_disks_are_decimal(ulong bytes, string expected) => Assert.Equal(expected, UserNvme.Cli.Machine.Sizes.DescribeDecimal(bytes));
}
