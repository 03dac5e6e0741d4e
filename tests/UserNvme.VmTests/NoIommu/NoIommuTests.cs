using UserNvme.VmTests.Guest;
using UserNvme.VmTests.Refusals;

namespace UserNvme.VmTests.NoIommu;

/// <summary>A guest that was booted without an IOMMU.</summary>
public class NoIommuTests
{
    [Fact]
    public void The_controllers_have_no_IOMMU_group() => Assert.Null(GuestController.Data512.IommuGroup);

    [Fact]
    public void Binding_is_refused_and_the_kernel_keeps_the_disk()
    {
        Refusal.Assert(Refusal.NoIommu, Tool.Run("bind", GuestController.Data512.Address), "IOMMU");

        Assert.Equal("nvme", GuestController.Data512.Driver);
    }

    [Fact]
    public void A_controller_that_was_bound_by_hand_is_refused()
    {
        var controller = GuestController.Data4096;
        File.WriteAllText($"{controller.SysfsPath}/driver/unbind", controller.Address);
        try
        {
            File.WriteAllText($"{controller.SysfsPath}/driver_override", "vfio-pci");
            File.WriteAllText("/sys/bus/pci/drivers_probe", controller.Address);

            var result = Tool.Run("id-ctrl", controller.Address);

            Assert.NotEqual(0, result.ExitCode);
            Assert.Matches(@"^usernvme: [^\n]+\.\n$", result.Error);
        }
        finally
        {
            File.WriteAllText($"{controller.SysfsPath}/driver_override", "\n");
            File.WriteAllText("/sys/bus/pci/drivers_probe", controller.Address);
        }
    }

    [Fact]
    public void The_doctor_says_what_is_missing()
    {
        var result = Tool.Run("doctor");

        Assert.Equal(Refusal.NotReady, result.ExitCode);
        Assert.Matches(@"(?m)^failed +IOMMU ", result.Output);
    }
}
