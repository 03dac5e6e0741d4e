using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests;

/// <summary>The guest is what the other tests take it for.</summary>
public class GuestTests
{
    [Fact]
    public void The_guest_has_256_hugepages() =>
        Assert.Matches(@"HugePages_Total:\s+256\n", File.ReadAllText("/proc/meminfo"));

    [Fact]
    public void The_kernels_driver_has_every_controller_at_first()
    {
        GuestController[] controllers = [GuestController.Data512, GuestController.Data4096, GuestController.Many, GuestController.Twin0, GuestController.Twin1];

        Assert.All(controllers, controller => Assert.Equal("nvme", controller.Driver));
    }

    [Fact]
    public void The_twins_share_an_IOMMU_group_and_no_other_controllers_do()
    {
        string?[] groups = [GuestController.Data512.IommuGroup, GuestController.Data4096.IommuGroup, GuestController.Many.IommuGroup, GuestController.Twin0.IommuGroup];

        Assert.Equal(GuestController.Twin0.IommuGroup, GuestController.Twin1.IommuGroup);
        Assert.Equal(groups.Length, groups.Distinct().Count(group => group is not null));
    }
}
