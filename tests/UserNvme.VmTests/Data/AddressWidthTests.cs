using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Data;

/// <summary>The IOMMU has the address width that the host gave it.</summary>
public class AddressWidthTests
{
    [Fact]
    public void The_IOMMU_has_the_width_of_this_boot()
    {
        var expected = ulong.Parse(Environment.GetEnvironmentVariable("USERNVME_ADDRESS_BITS")!, System.Globalization.CultureInfo.InvariantCulture);
        var capability = Convert.ToUInt64(File.ReadAllText("/sys/class/iommu/dmar0/intel-iommu/cap").Trim(), 16);

        // VT-d capability register, MGAW: bits 21:16, one less than the width.
        Assert.Equal(expected, ((capability >> 16) & 0x3F) + 1);
        Assert.NotNull(GuestController.Data512.IommuGroup);
    }
}
