using UserNvme.Interop;
using UserNvme.Pci;
using UserNvme.Transports.Vfio;

namespace UserNvme.Tests.Transports.Vfio;

public sealed class VfioGroupErrorTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("usernvme-").FullName;
    private readonly HostPaths _host;
    private readonly PciDevice _device = new(PciAddress.Parse("0000:01:00.0"), (_, _) => (null, null)) { Driver = "vfio-pci", IommuGroup = 14 };

    public VfioGroupErrorTests()
    {
        _host = new HostPaths { Dev = Path.Combine(_root, "dev"), Sys = Path.Combine(_root, "sys") };
        Directory.CreateDirectory(Path.Combine(_host.Dev, "vfio"));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void No_permission_names_the_file_and_the_udev_rule()
    {
        var error = ForOpen(Errno.EACCES);

        Assert.Equal(SetupProblem.NoPermission, error.Problem);
        Assert.Contains(_host.VfioGroupNode(14), error.Message);
        Assert.Contains("SUBSYSTEM==\"vfio\"", error.Message);
        Assert.Contains("MODE=\"0660\"", error.Message);
    }

    [Fact]
    public void A_held_group_names_the_process()
    {
        using var held = File.Create(_host.VfioGroupNode(14));

        var error = ForOpen(Errno.EBUSY);

        Assert.Equal(SetupProblem.HeldByProcess, error.Problem);
        Assert.Contains($"process {Environment.ProcessId} (", error.Message);
    }

    [Fact]
    public void A_held_group_whose_holder_cannot_be_seen_says_how_to_find_it()
    {
        var error = ForOpen(Errno.EBUSY);

        Assert.Contains("fuser -v", error.Message);
    }

    [Fact]
    public void A_missing_group_file_says_how_to_pass_it_into_a_container()
    {
        var error = ForOpen(Errno.ENOENT);

        Assert.Equal(SetupProblem.Unsupported, error.Problem);
        Assert.Contains("--device", error.Message);
    }

    [Fact]
    public void A_group_without_an_iommu_is_refused()
    {
        File.Create(Path.Combine(_host.Dev, "vfio", "noiommu-14")).Dispose();

        var error = ForOpen(Errno.ENOENT);

        Assert.Equal(SetupProblem.NoIommu, error.Problem);
    }

    [Fact]
    public void A_group_that_is_not_viable_names_the_member_and_its_driver()
    {
        AddMember("0000:01:00.0", "vfio-pci");
        AddMember("0000:01:00.1", "snd_hda_intel");
        AddMember("0000:00:01.0", "pcieport");

        var error = VfioGroupError.NotViable(_device.Address, 14, _host);

        Assert.NotNull(error);
        Assert.Equal(SetupProblem.GroupNotViable, error.Problem);
        Assert.Contains("0000:01:00.1 (snd_hda_intel)", error.Message);
        Assert.DoesNotContain("pcieport", error.Message);
    }

    private NvmeSetupException ForOpen(int errno) => VfioGroupError.ForOpen(errno, _device, 14, _host);

    private void AddMember(string address, string driver)
    {
        var device = Path.Combine(_host.Sys, "bus/pci/devices", address);
        var group = Directory.CreateDirectory(Path.Combine(_host.Sys, "kernel/iommu_groups/14/devices")).Parent!.FullName;
        Directory.CreateDirectory(device);
        File.WriteAllText(Path.Combine(device, "class"), "0x010802\n");
        Directory.CreateDirectory(Path.Combine(_host.Sys, "bus/pci/drivers", driver));
        File.CreateSymbolicLink(Path.Combine(device, "driver"), Path.Combine(_host.Sys, "bus/pci/drivers", driver));
        File.CreateSymbolicLink(Path.Combine(device, "iommu_group"), group);
        File.CreateSymbolicLink(Path.Combine(group, "devices", address), device);
    }
}
