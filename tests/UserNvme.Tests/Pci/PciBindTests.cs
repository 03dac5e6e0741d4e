using Tmds.Linux;
using UserNvme.Pci;

namespace UserNvme.Tests.Pci;

public sealed class PciBindTests : IDisposable
{
    private const string Address = "0000:01:00.0";
    private readonly FakeHost _host = new();
    private readonly FakeKernel _kernel;

    public PciBindTests()
    {
        _kernel = new FakeKernel(_host);
        _host.AddController(Address);
        _host.AddDriver("vfio-pci");
    }

    public void Dispose() => _host.Dispose();

    private string? Driver => PciBus.Find(PciAddress.Parse(Address), _host.Paths).Driver;

    private string Override => File.ReadAllText(Path.Combine(_host.DeviceDirectory(Address), "driver_override")).Trim();

    private PciBindResult Bind(bool dryRun = false, params string[] together) =>
        new VfioBinder(new PciBindOptions { Host = _host.Paths, DryRun = dryRun, Together = [.. together.Select(PciAddress.Parse)] }, _kernel)
            .Bind(PciAddress.Parse(Address));

    private NvmeSetupException Refusal(SetupProblem problem)
    {
        var error = Assert.Throws<NvmeSetupException>(() => Bind());
        Assert.Equal(problem, error.Problem);
        Assert.Equal("nvme", Driver);
        Assert.Equal("(null)", Override);
        return error;
    }

    [Fact]
    public void A_free_controller_goes_from_nvme_to_vfio_pci()
    {
        var result = Bind();

        Assert.Equal("0000:01:00.0 (1b36 0010): nvme -> vfio-pci", result.ToString());
        Assert.Equal("vfio-pci", Driver);
        Assert.Equal([$"{Address}/driver_override=vfio-pci", $"nvme/unbind={Address}", $"pci/drivers_probe={Address}"], _kernel.Log);
    }

    [Fact]
    public void A_controller_without_a_driver_is_bound()
    {
        _host.Unbind(Address);

        Assert.Equal("0000:01:00.0 (1b36 0010): no driver -> vfio-pci", Bind().ToString());
    }

    [Fact]
    public void A_controller_that_the_kernels_driver_is_still_starting_is_left_to_it()
    {
        var instance = Directory.CreateDirectory(Path.Combine(_host.DeviceDirectory(Address), "nvme/nvme0")).FullName;
        File.WriteAllText(Path.Combine(instance, "state"), "connecting\n");

        var error = Assert.Throws<NvmeSetupException>(() =>
            new VfioBinder(new PciBindOptions { Host = _host.Paths }, _kernel, TimeSpan.Zero).Bind(PciAddress.Parse(Address)));

        Assert.Equal(SetupProblem.DeviceFailed, error.Problem);
        Assert.Contains("'connecting'", error.Message);
        Assert.Equal("nvme", Driver);
        Assert.Empty(_kernel.Log);
    }

    [Theory]
    [InlineData("live")]
    [InlineData("dead")]
    public void A_controller_whose_start_is_over_is_bound(string state)
    {
        var instance = Directory.CreateDirectory(Path.Combine(_host.DeviceDirectory(Address), "nvme/nvme0")).FullName;
        File.WriteAllText(Path.Combine(instance, "state"), state + "\n");

        Bind();

        Assert.Equal("vfio-pci", Driver);
    }

    [Fact]
    public void A_bound_controller_stays_and_that_is_success()
    {
        Bind();
        _kernel.Log.Clear();

        var result = Bind();

        Assert.False(result.Changed);
        Assert.Contains("already bound to vfio-pci", result.ToString());
        Assert.Empty(_kernel.Log);
    }

    [Fact]
    public void All_disks_are_claimed_while_the_driver_is_taken_away()
    {
        _host.AddDisk(Address, "nvme0n1", null, "nvme0n1p1");
        _host.AddDisk(Address, "nvme0n2");

        Bind();

        Assert.Equal(["nvme0n1", "nvme0n2"], _kernel.OpenDuringUnbind);
    }

    [Fact]
    public void A_namespace_that_appears_during_the_claims_is_claimed_too()
    {
        _host.AddDisk(Address, "nvme0n1");
        _kernel.AfterFirstClaim = () => _host.AddDisk(Address, "nvme0n2");

        Bind();

        Assert.Equal(["nvme0n1", "nvme0n2"], _kernel.OpenDuringUnbind);
    }

    [Fact]
    public void A_mounted_partition_is_refused_and_named_with_its_mount_point()
    {
        _host.AddDisk(Address, "nvme0n1", null, "nvme0n1p1", "nvme0n1p2");
        _host.Mount("nvme0n1p2", "/home");
        _kernel.Refused["nvme0n1p2"] = FakeKernel.Busy;

        var error = Refusal(SetupProblem.DiskInUse);

        Assert.EndsWith("nvme0n1p2 is mounted on /home, and must be freed first.", error.Message);
        Assert.Empty(_kernel.Log);
    }

    [Fact]
    public void Swap_is_refused_and_named()
    {
        _host.AddDisk(Address, "nvme0n1");
        _host.SwapOn("nvme0n1");
        _kernel.Refused["nvme0n1"] = FakeKernel.Busy;

        Assert.Contains("nvme0n1 is used as swap", Refusal(SetupProblem.DiskInUse).Message);
    }

    [Fact]
    public void A_stack_on_the_disk_is_refused_and_named()
    {
        _host.AddDisk(Address, "nvme0n1");
        _host.AddHolder("nvme0n1", "dm-3", "vg-data");
        _kernel.Refused["nvme0n1"] = FakeKernel.Busy;

        Assert.Contains("held by dm-3 (vg-data)", Refusal(SetupProblem.DiskInUse).Message);
    }

    [Fact]
    public void A_claim_that_nobody_visible_holds_is_refused_all_the_same()
    {
        _host.AddDisk(Address, "nvme0n1");
        _kernel.Refused["nvme0n1"] = FakeKernel.Busy;

        Assert.Contains("claimed by the kernel", Refusal(SetupProblem.DiskInUse).Message);
    }

    [Fact]
    public void A_mount_in_another_mount_namespace_is_named()
    {
        _host.AddDisk(Address, "nvme0n1");
        _kernel.Refused["nvme0n1"] = FakeKernel.Busy;
        _host.AddProcess(77, "container");
        File.WriteAllText(Path.Combine(_host.Paths.Proc, "77/mountinfo"), $"36 35 0:9 / /inside rw - xfs {_host.Paths.Dev}/nvme0n1 rw\n");

        Assert.Contains("mounted on /inside", Refusal(SetupProblem.DiskInUse).Message);
    }

    [Fact]
    public void A_process_that_has_the_disk_open_without_a_claim_is_refused_and_named()
    {
        _host.AddDisk(Address, "nvme0n1", null, "nvme0n1p1");
        _host.AddProcess(812, "fio", Path.Combine(_host.Paths.Dev, "nvme0n1p1"));

        Assert.Contains("process 812 (fio) has a disk of it open", Refusal(SetupProblem.DiskInUse).Message);
    }

    [Fact]
    public void A_disk_that_the_kernel_has_not_started_yet_is_waited_for()
    {
        _host.AddDisk(Address, "nvme0n1");
        _kernel.NotYet["nvme0n1"] = new([LibC.ENOENT, LibC.ENXIO]);

        Bind();

        Assert.Empty(_kernel.NotYet["nvme0n1"]);
        Assert.Equal(["nvme0n1"], _kernel.OpenDuringUnbind);
    }

    [Fact]
    public void A_user_who_may_not_open_the_disk_is_told_to_be_root()
    {
        _host.AddDisk(Address, "nvme0n1");
        _kernel.Refused["nvme0n1"] = FakeKernel.NotPermitted;

        Assert.Contains("run this as root", Refusal(SetupProblem.NoPermission).Message);
    }

    [Fact]
    public void A_user_who_may_not_write_sysfs_is_told_to_be_root()
    {
        _kernel.WriteError = FakeKernel.NotPermitted;

        Assert.Contains("driver_override", Refusal(SetupProblem.NoPermission).Message);
    }

    [Fact]
    public void Without_an_iommu_nothing_is_bound()
    {
        _host.AddController("0000:02:00.0", group: null);

        var error = Assert.Throws<NvmeSetupException>(() =>
            new VfioBinder(new PciBindOptions { Host = _host.Paths }, _kernel).Bind(PciAddress.Parse("0000:02:00.0")));

        Assert.Equal(SetupProblem.NoIommu, error.Problem);
        Assert.Empty(_kernel.Log);
    }

    [Fact]
    public void The_no_iommu_mode_of_vfio_is_refused()
    {
        File.WriteAllText(Path.Combine(_host.Paths.IommuGroup(14), "name"), "vfio-noiommu\n");

        Assert.Contains("no-IOMMU mode", Refusal(SetupProblem.NoIommu).Message);
    }

    [Fact]
    public void A_group_with_another_driver_in_it_is_refused_and_the_offender_named()
    {
        _host.AddFunction("0000:00:01.0", 0x060400, group: 14, driver: "pcieport");
        _host.AddFunction("0000:01:00.1", 0x040300, group: 14, driver: "snd_hda_intel");

        var error = Refusal(SetupProblem.GroupNotViable);

        Assert.Contains("IOMMU group 14 of 0000:01:00.0 (1b36 0010) also holds 0000:01:00.1 (snd_hda_intel): bind it", error.Message);
        Assert.DoesNotContain("pcieport", error.Message);
    }

    [Fact]
    public void Two_controllers_of_one_group_can_be_bound_together()
    {
        _host.AddController("0000:01:00.1");

        Assert.True(Bind(dryRun: false, "0000:01:00.1").Changed);
    }

    [Fact]
    public void Another_driver_is_not_taken_away()
    {
        _host.Unbind(Address);
        _host.BindTo(Address, "uio_pci_generic");

        var error = Assert.Throws<NvmeSetupException>(() => Bind());

        Assert.Equal((SetupProblem.WrongDriver, "uio_pci_generic"), (error.Problem, Driver));
    }

    [Fact]
    public void A_missing_vfio_pci_is_loaded()
    {
        Directory.Delete(Path.Combine(_host.Paths.PciDrivers, "vfio-pci"), recursive: true);
        _kernel.Modules.Add("vfio-pci");

        Bind();

        Assert.Equal("modprobe vfio-pci", _kernel.Log[0]);
        Assert.Equal("vfio-pci", Driver);
    }

    [Fact]
    public void A_kernel_without_vfio_pci_is_told()
    {
        Directory.Delete(Path.Combine(_host.Paths.PciDrivers, "vfio-pci"), recursive: true);

        Assert.Contains("Module vfio-pci not found", Refusal(SetupProblem.Unsupported).Message);
    }

    [Fact]
    public void When_vfio_pci_does_not_take_it_the_kernel_gets_it_back()
    {
        _kernel.ProbeFails.Add("vfio-pci");

        Assert.Contains("vfio-pci did not take 0000:01:00.0 (1b36 0010), which is back with nvme", Refusal(SetupProblem.DeviceFailed).Message);
    }

    [Fact]
    public void A_dry_run_checks_all_and_changes_nothing()
    {
        _host.AddDisk(Address, "nvme0n1");

        var planned = Bind(dryRun: true);
        _kernel.Refused["nvme0n1"] = FakeKernel.Busy;
        var error = Assert.Throws<NvmeSetupException>(() => Bind(dryRun: true));

        Assert.Equal("0000:01:00.0 (1b36 0010): nvme -> vfio-pci", planned.ToString());
        Assert.Equal(SetupProblem.DiskInUse, error.Problem);
        Assert.Empty(_kernel.Log);
    }
}
