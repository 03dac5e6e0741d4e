using UserNvme.Pci;

namespace UserNvme.Tests.Pci;

public sealed class PciBusTests : IDisposable
{
    private readonly FakeHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Controllers_are_found_by_class_code_and_sorted_by_address()
    {
        _host.AddController("0000:81:00.0");
        _host.AddController("0000:01:00.0");
        _host.AddFunction("0000:02:00.0", 0x010803, group: 3, driver: null);
        _host.AddFunction("0000:00:1f.2", 0x010601, group: 4, driver: "ahci");

        var found = PciBus.NvmeControllers(_host.Paths);

        Assert.Equal(["0000:01:00.0", "0000:81:00.0"], found.Select(d => d.Address.ToString()));
    }

    [Fact]
    public void A_machine_without_pci_has_no_controllers() =>
        Assert.Empty(PciBus.NvmeControllers(_host.Paths with { Sys = "/nonexistent" }));

    [Fact]
    public void A_device_tells_its_identifiers_names_node_driver_and_group()
    {
        var address = _host.AddController("0000:01:00.0", group: 14);
        _host.AddFunction("0000:01:00.1", 0x040300, group: 14, driver: "snd_hda_intel");

        var device = PciBus.Find(address, _host.Paths);

        Assert.Equal("0000:01:00.0 (1b36 0010)", device.ToString());
        Assert.Equal(("Red Hat, Inc.", "QEMU NVM Express Controller"), (device.VendorName, device.DeviceName));
        Assert.Equal((0x1af4, 0x1100), (device.SubsystemVendorId, device.SubsystemDeviceId));
        Assert.Equal((1, "nvme", 14), (device.NumaNode, device.Driver, device.IommuGroup));
        Assert.Equal(["0000:01:00.0 (nvme)", "0000:01:00.1 (snd_hda_intel)"], device.GroupMembers.Select(m => m.ToString()));
    }

    [Fact]
    public void A_device_of_another_vendor_does_not_get_a_name_from_the_next_vendor_in_the_list()
    {
        var address = _host.AddFunction("0000:01:00.0", 0x010802, group: 1, driver: null, vendor: 0x1b36, device: 0x5845);

        var device = PciBus.Find(address, _host.Paths);

        Assert.Equal(("Red Hat, Inc.", null), (device.VendorName, device.DeviceName));
    }

    [Fact]
    public void A_device_without_iommu_and_driver_says_so()
    {
        var address = _host.AddController("0000:01:00.0", group: null, driver: null);

        var device = PciBus.Find(address, _host.Paths);

        Assert.Null(device.IommuGroup);
        Assert.Null(device.Driver);
        Assert.Empty(device.GroupMembers);
    }

    [Fact]
    public void A_missing_device_is_an_error_that_names_it()
    {
        var error = Assert.Throws<NvmeSetupException>(() => PciBus.Find(PciAddress.Parse("0000:09:00.0"), _host.Paths));

        Assert.Equal(SetupProblem.NoSuchDevice, error.Problem);
        Assert.Contains("0000:09:00.0", error.Message);
    }

    [Fact]
    public void A_device_of_another_class_is_an_error_that_names_the_class()
    {
        var address = _host.AddFunction("0000:00:1f.2", 0x010601, group: 4, driver: "ahci");

        var error = Assert.Throws<NvmeSetupException>(() => PciBus.FindNvme(address, _host.Paths));

        Assert.Equal(SetupProblem.NotNvme, error.Problem);
        Assert.Contains("0x010601", error.Message);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("vfio-pci", false)]
    [InlineData("mlx5-vfio-pci", false)]
    [InlineData("nvgrace_gpu_vfio_pci", false)]
    [InlineData("pcieport", false)]
    [InlineData("pci-stub", false)]
    [InlineData("nvme", true)]
    [InlineData("uio_pci_generic", true)]
    public void A_group_member_blocks_vfio_when_its_driver_does_dma(string? driver, bool blocks) =>
        Assert.Equal(blocks, new PciGroupMember(default, driver).BlocksVfio);
}
