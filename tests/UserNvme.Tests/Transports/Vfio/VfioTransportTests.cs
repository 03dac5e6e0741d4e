using System.Runtime.InteropServices;
using UserNvme.Pci;
using UserNvme.Transports.Vfio;

namespace UserNvme.Tests.Transports.Vfio;

public sealed class VfioTransportTests
{
    [Theory]
    [InlineData(Architecture.Arm64)]
    [InlineData(Architecture.X86)]
    public void Processors_without_a_proven_doorbell_order_are_refused(Architecture architecture) =>
        Assert.Throws<PlatformNotSupportedException>(() => VfioTransport.CheckPlatform(architecture));

    [Fact]
    public void X64_is_accepted() => VfioTransport.CheckPlatform(Architecture.X64);

    [Theory]
    [InlineData("nvme")]
    [InlineData(null)]
    public void A_device_that_vfio_does_not_have_says_how_to_bind_it(string? driver)
    {
        var error = Assert.Throws<NvmeSetupException>(() => VfioTransport.CheckUsable(Device(driver, group: 3)));

        Assert.Equal(SetupProblem.WrongDriver, error.Problem);
        Assert.Contains("usernvme bind 0000:01:00.0", error.Message);
    }

    [Fact]
    public void A_device_without_an_iommu_group_is_refused()
    {
        var error = Assert.Throws<NvmeSetupException>(() => VfioTransport.CheckUsable(Device("vfio-pci", group: null)));

        Assert.Equal(SetupProblem.NoIommu, error.Problem);
    }

    [Fact]
    public void A_device_in_a_group_that_only_pretends_is_refused()
    {
        var error = Assert.Throws<NvmeSetupException>(() => VfioTransport.CheckUsable(Device("vfio-pci", group: 3, noIommu: true)));

        Assert.Equal(SetupProblem.NoIommu, error.Problem);
        Assert.Contains("freed memory", error.Message);
    }

    [Fact]
    public void A_device_on_vfio_gives_its_group() => Assert.Equal(3, VfioTransport.CheckUsable(Device("vfio-pci", group: 3)));

    private static PciDevice Device(string? driver, int? group, bool noIommu = false) =>
        new(PciAddress.Parse("0000:01:00.0"), (_, _) => (null, null)) { Driver = driver, IommuGroup = group, IsNoIommu = noIommu };
}
