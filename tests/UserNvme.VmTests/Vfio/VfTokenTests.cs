using System.Diagnostics;
using UserNvme.Transports.Vfio;
using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Vfio;

/// <summary>SR-IOV: whoever holds the physical function can harm the users of virtual ones, so VFIO asks both for the same token.</summary>
public sealed class VfTokenTests : IDisposable
{
    private const string Token = "14d63f20-8445-11ea-8900-1f9ce7d5650d";
    private const string OtherToken = "ffffffff-8445-11ea-8900-1f9ce7d5650d";
    private const string EnableSriov = "/sys/module/vfio_pci/parameters/enable_sriov";

    private readonly BoundControllers _bound = new(GuestController.Shared);
    private readonly VfioTransport _physicalFunction;
    private readonly string _virtualFunction;

    public VfTokenTests()
    {
        // Opening resets the function, which ends its virtual ones in QEMU: so they are made after it.
        _physicalFunction = VfioTransport.Open($"{GuestController.Shared.Address}?vf-token={Token}");
        File.WriteAllText(EnableSriov, "Y");
        File.WriteAllText($"{GuestController.Shared.SysfsPath}/sriov_numvfs", "1");
        _virtualFunction = Path.GetFileName(new FileInfo($"{GuestController.Shared.SysfsPath}/virtfn0").LinkTarget)!;
        // vfio-pci takes the virtual functions of a physical one that it has; in the background.
        var start = Stopwatch.GetTimestamp();
        while (!Path.Exists($"/sys/bus/pci/drivers/vfio-pci/{_virtualFunction}"))
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20));
    }

    public void Dispose()
    {
        File.WriteAllText($"{GuestController.Shared.SysfsPath}/sriov_numvfs", "0");
        File.WriteAllText(EnableSriov, "N");
        _physicalFunction.Dispose();
        _bound.Dispose();
    }

    [Fact]
    public void A_virtual_function_opens_with_the_token_that_its_physical_function_was_opened_with()
    {
        using var function = VfioTransport.Open($"{_virtualFunction}?vf-token={Token}");

        Assert.Equal(_virtualFunction, function.Address);
        Assert.Equal(_physicalFunction.RegisterSpaceLength, function.RegisterSpaceLength);
    }

    [Fact]
    public void Without_the_token_or_with_another_one_it_does_not()
    {
        var without = Assert.Throws<NvmeSetupException>(() => VfioTransport.Open(_virtualFunction));
        var wrong = Assert.Throws<NvmeSetupException>(() => VfioTransport.Open($"{_virtualFunction}?vf-token={OtherToken}"));

        Assert.Equal(SetupProblem.NoPermission, without.Problem);
        Assert.Contains($"{_virtualFunction}?vf-token=UUID", without.Message);
        Assert.Equal(SetupProblem.NoPermission, wrong.Problem);
        Assert.DoesNotContain(OtherToken, wrong.Message);
    }
}
