using UserNvme.Pci;

namespace UserNvme.Tests.Pci;

public class QuirkTableTests
{
    [Fact]
    public void A_known_controller_has_its_quirks_and_its_neighbour_none()
    {
        Assert.Equal(NvmeQuirks.NoShutdownStatus, QuirkTable.Find(0x15ad, 0x07f0));
        Assert.Equal(NvmeQuirks.None, QuirkTable.Find(0x15ad, 0x07f1));
    }

    [Fact]
    public void No_controller_is_listed_twice_and_every_entry_says_what_and_why()
    {
        Assert.Equal(QuirkTable.All.Count, QuirkTable.All.Select(q => (q.VendorId, q.DeviceId)).Distinct().Count());
        Assert.All(QuirkTable.All, quirk =>
        {
            Assert.NotEqual(NvmeQuirks.None, quirk.Flags);
            Assert.NotEmpty(quirk.Reason);
        });
    }
}
