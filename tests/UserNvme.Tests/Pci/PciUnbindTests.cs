using UserNvme.Pci;

namespace UserNvme.Tests.Pci;

public sealed class PciUnbindTests : IDisposable
{
    private const string Address = "0000:01:00.0";
    private readonly FakeHost _host = new();
    private readonly FakeKernel _kernel;

    public PciUnbindTests()
    {
        _kernel = new FakeKernel(_host);
        _host.AddController(Address, driver: "vfio-pci");
        File.WriteAllText(OverrideFile, "vfio-pci\n");
        _host.AddDriver("nvme");
        _host.AddVfioGroupNode(14);
    }

    public void Dispose() => _host.Dispose();

    private string OverrideFile => Path.Combine(_host.DeviceDirectory(Address), "driver_override");

    private string? Driver => PciBus.Find(PciAddress.Parse(Address), _host.Paths).Driver;

    private PciBindResult Unbind(bool dryRun = false) =>
        new VfioUnbinder(new PciBindOptions { Host = _host.Paths, DryRun = dryRun }, _kernel).Unbind(PciAddress.Parse(Address));

    private NvmeSetupException Refusal(SetupProblem problem)
    {
        var error = Assert.Throws<NvmeSetupException>(() => Unbind());
        Assert.Equal(problem, error.Problem);
        Assert.Equal("vfio-pci", Driver);
        Assert.Empty(_kernel.Log);
        return error;
    }

    [Fact]
    public void A_free_controller_goes_back_to_the_kernel()
    {
        var result = Unbind();

        Assert.Equal("0000:01:00.0 (1b36 0010): vfio-pci -> nvme", result.ToString());
        Assert.Equal("nvme", Driver);
        Assert.Equal([$"{Address}/driver_override=", $"vfio-pci/unbind={Address}", $"pci/drivers_probe={Address}"], _kernel.Log);
    }

    [Fact]
    public void The_group_is_claimed_while_the_driver_is_taken_away()
    {
        Unbind();

        Assert.Equal(["14"], _kernel.OpenDuringUnbind);
    }

    [Fact]
    public void A_controller_of_the_kernel_stays_and_loses_a_forgotten_override()
    {
        Unbind();
        File.WriteAllText(OverrideFile, "vfio-pci\n");

        var result = Unbind();

        Assert.False(result.Changed);
        Assert.Equal("(null)", File.ReadAllText(OverrideFile).Trim());
    }

    [Fact]
    public void A_controller_without_a_driver_goes_back_to_the_kernel()
    {
        _host.Unbind(Address);

        Assert.Equal("0000:01:00.0 (1b36 0010): no driver -> nvme", Unbind().ToString());
    }

    [Fact]
    public void A_process_that_holds_the_group_is_named_and_the_device_stays()
    {
        _host.AddProcess(812, "spdk_tgt", "/dev/null", _host.Paths.VfioGroupNode(14));

        Assert.Contains("held by process 812 (spdk_tgt), which must close it first", Refusal(SetupProblem.HeldByProcess).Message);
    }

    [Fact]
    public void A_process_that_holds_the_device_through_iommufd_is_named()
    {
        Directory.CreateDirectory(Path.Combine(_host.DeviceDirectory(Address), "vfio-dev/vfio0"));
        Directory.CreateDirectory(Path.Combine(_host.Paths.Dev, "vfio/devices"));
        var node = Path.Combine(_host.Paths.Dev, "vfio/devices/vfio0");
        File.WriteAllText(node, "");
        _host.AddProcess(813, "qemu", node);

        Assert.Contains("process 813 (qemu)", Refusal(SetupProblem.HeldByProcess).Message);
    }

    [Fact]
    public void Another_group_with_the_same_ending_is_no_holder()
    {
        _host.AddVfioGroupNode(114);
        _host.AddProcess(814, "spdk_tgt", _host.Paths.VfioGroupNode(114));

        Assert.True(Unbind().Changed);
    }

    [Fact]
    public void A_holder_that_cannot_be_seen_is_refused_because_the_group_is_busy()
    {
        _kernel.Refused["14"] = FakeKernel.Busy;

        Assert.Contains("a process that this one cannot see", Refusal(SetupProblem.HeldByProcess).Message);
    }

    [Fact]
    public void A_holder_that_kept_only_the_device_is_suspected_by_name()
    {
        _kernel.Refused["14"] = FakeKernel.Busy;
        _host.AddProcess(815, "server", "anon_inode:[vfio-device]");

        Assert.Contains("likely process 815 (server)", Refusal(SetupProblem.HeldByProcess).Message);
    }

    [Fact]
    public void A_device_in_no_iommu_mode_is_given_back_only_when_nobody_holds_its_own_group_node()
    {
        File.WriteAllText(Path.Combine(_host.Paths.IommuGroup(14), "name"), "vfio-noiommu\n");
        File.WriteAllText(Path.Combine(_host.Paths.Dev, "vfio/noiommu-14"), "");
        _kernel.Refused["noiommu-14"] = FakeKernel.Busy;
        Refusal(SetupProblem.HeldByProcess);

        _kernel.Refused.Clear();
        Unbind();

        Assert.Equal(["noiommu-14"], _kernel.OpenDuringUnbind);
    }

    [Fact]
    public void A_user_who_may_not_open_the_group_is_told_to_be_root()
    {
        _kernel.Refused["14"] = FakeKernel.NotPermitted;

        Assert.Contains("run this as root", Refusal(SetupProblem.NoPermission).Message);
    }

    [Fact]
    public void A_dry_run_checks_all_and_changes_nothing()
    {
        var planned = Unbind(dryRun: true);
        _kernel.Refused["14"] = FakeKernel.Busy;
        var error = Assert.Throws<NvmeSetupException>(() => Unbind(dryRun: true));

        Assert.Equal("0000:01:00.0 (1b36 0010): vfio-pci -> nvme", planned.ToString());
        Assert.Equal(SetupProblem.HeldByProcess, error.Problem);
        Assert.Empty(_kernel.Log);
    }

    [Fact]
    public void A_device_that_no_driver_takes_is_an_error_that_says_so()
    {
        _kernel.ProbeFails.Add("nvme");

        var error = Assert.Throws<NvmeSetupException>(() => Unbind());

        Assert.Equal(SetupProblem.DeviceFailed, error.Problem);
        Assert.Contains("has no driver now", error.Message);
    }
}
