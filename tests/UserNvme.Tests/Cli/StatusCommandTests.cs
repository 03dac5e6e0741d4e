using UserNvme.Cli.Commands;
using UserNvme.Tests.Pci;

namespace UserNvme.Tests.Cli;

public sealed class StatusCommandTests : IDisposable
{
    private readonly FakeHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Hugepages_are_shown_per_node_and_size_in_numeric_order()
    {
        _host.ReserveHugepages(10, 2048, total: 4, free: 1);
        _host.ReserveHugepages(2, 1048576, total: 1, free: 0);
        _host.ReserveHugepages(2, 2048, total: 256, free: 255);
        var tool = new CapturedTool();

        StatusCommand.Run(tool.Context, _host.Paths);

        Assert.Equal(["Node  Hugepage  Free  Total", "2     2 MiB     255   256", "2     1 GiB     0     1", "10    2 MiB     1     4"], tool.Lines[..4]);
    }

    [Fact]
    public void A_controller_is_one_row_with_its_disks_and_what_they_are_used_for()
    {
        _host.AddController("0000:01:00.0");
        _host.AddDisk("0000:01:00.0", "nvme0n1", null, "nvme0n1p1", "nvme0n1p2");
        _host.Mount("nvme0n1p1", "/boot");
        _host.SwapOn("nvme0n1p2");
        var tool = new CapturedTool();

        StatusCommand.Run(tool.Context, _host.Paths);

        Assert.Equal(
            "0000:01:00.0  1b36    0010    1     nvme    14     nvme0n1 (nvme0n1p1 mounted on /boot, nvme0n1p2 used as swap)  Red Hat, Inc. QEMU NVM Express Controller",
            tool.Lines[^1]);
    }

    [Fact]
    public void A_controller_without_driver_and_group_has_dashes()
    {
        _host.AddController("0000:01:00.0", group: null, driver: null);
        var tool = new CapturedTool();

        StatusCommand.Run(tool.Context, _host.Paths);

        Assert.StartsWith("0000:01:00.0  1b36    0010    1     -       -      -", tool.Lines[^1]);
    }

    [Fact]
    public void Json_is_one_document_with_the_same_facts()
    {
        _host.ReserveHugepages(0, 2048, total: 256, free: 255);
        _host.AddController("0000:01:00.0");
        _host.AddFunction("0000:01:00.1", 0x040300, group: 14, driver: null);
        _host.AddDisk("0000:01:00.0", "nvme0n1", null, "nvme0n1p1");
        _host.Mount("nvme0n1p1", "/boot");
        _host.LimitMemlock("8388608");
        var tool = new CapturedTool(json: true);

        StatusCommand.Run(tool.Context, _host.Paths);

        var pool = tool.Json.GetProperty("hugepages")[0];
        var controller = tool.Json.GetProperty("controllers")[0];
        var disk = controller.GetProperty("block_devices")[0];
        Assert.Equal((2097152, 255), (pool.GetProperty("page_size").GetInt64(), pool.GetProperty("free").GetInt64()));
        Assert.Equal(8388608, tool.Json.GetProperty("memlock").GetProperty("limit").GetInt64());
        Assert.Equal(("0000:01:00.0", 0x1b36, "nvme", 14), (controller.GetProperty("address").GetString(), controller.GetProperty("vendor_id").GetInt32(), controller.GetProperty("driver").GetString(), controller.GetProperty("iommu_group").GetInt32()));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, controller.GetProperty("iommu_group_members")[1].GetProperty("driver").ValueKind);
        Assert.True(disk.GetProperty("in_use").GetBoolean());
        Assert.Equal("mounted on /boot", disk.GetProperty("partitions")[0].GetProperty("uses")[0].GetString());
    }
}
