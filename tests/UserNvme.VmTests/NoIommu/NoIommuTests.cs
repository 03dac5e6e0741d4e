using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.NoIommu;

/// <summary>A guest that was booted without an IOMMU.</summary>
public class NoIommuTests
{
    [Fact]
    public void The_controllers_have_no_IOMMU_group() => Assert.Null(GuestController.Data512.IommuGroup);
}
