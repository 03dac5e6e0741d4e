using CsCheck;
using UserNvme.Memory;
using UserNvme.Transports.Vfio;

namespace UserNvme.Tests.Transports.Vfio;

public sealed class VfioIommuInfoTests
{
    // Linux 6.1's answer for QEMU's intel-iommu with 39 address bits: migration, DMA_AVAIL and two IOVA ranges.
    private const string Captured =
        "74000000030000000010204000000000180000000000000002000100380000000000000000000000001000000000000000000010000000000300010044000000" +
        "FFFF0000010001000000000002000000000000000000000000000000FFFFDFFE000000000000F0FE00000000FFFFFFFF7F000000";

    [Fact]
    public void The_answer_of_a_real_kernel_gives_ranges_page_sizes_and_budget()
    {
        var info = VfioIommuInfo.Parse(Convert.FromHexString(Captured));

        Assert.Equal([new IovaRange(0, 0xFEDF_FFFF), new IovaRange(0xFEF0_0000, 0x7F_FFFF_FFFF)], info.Ranges);
        Assert.Equal((1ul << 12) | (1ul << 21) | (1ul << 30), info.PageSizes);
        Assert.Equal(65535, info.MappingsAvailable);
    }

    [Fact]
    public void An_answer_without_capabilities_allows_what_every_x86_iommu_translates()
    {
        var answer = Convert.FromHexString(Captured)[..24];
        answer[4] = 1; // Flags: page sizes, no capabilities.

        var info = VfioIommuInfo.Parse(answer);

        Assert.Equal([new IovaRange(0, 0xFEDF_FFFF), new IovaRange(0xFEF0_0000, 0x7F_FFFF_FFFF)], info.Ranges);
        Assert.Equal(long.MaxValue, info.MappingsAvailable);
    }

    [Fact]
    public void A_capability_chain_that_goes_in_circles_or_leaves_the_buffer_ends()
    {
        var good = Convert.FromHexString(Captured);

        Gen.Select(Gen.Int[16, good.Length - 1], Gen.Byte).Array[1, 8].Sample(changes =>
        {
            var answer = (byte[])good.Clone();
            foreach (var (at, value) in changes)
                answer[at] = value;

            var info = VfioIommuInfo.Parse(answer);

            Assert.All(info.Ranges, range => Assert.True(range.First <= range.Last));
        });
    }

    [Fact]
    public void A_stretch_is_allowed_when_each_of_its_addresses_is_in_one_range()
    {
        // Small numbers, so that a model can try each address.
        Gen.Select(Gen.Select(Gen.ULong[0, 40], Gen.ULong[0, 10]).Array[0, 3], Gen.ULong[0, 50], Gen.ULong[0, 12]).Sample((spans, iova, length) =>
        {
            var ranges = spans.Select(s => new IovaRange(s.Item1, s.Item1 + s.Item2)).ToList();
            var info = new VfioIommuInfo(4096, ranges, 1);

            var slow = length > 0 && ranges.Exists(r => Enumerable.Range(0, (int)length).All(i => iova + (ulong)i >= r.First && iova + (ulong)i <= r.Last));

            Assert.Equal(slow, info.Allows(iova, length));
        });
    }

    [Fact]
    public void A_stretch_that_wraps_around_is_not_allowed()
    {
        var info = new VfioIommuInfo(4096, [new IovaRange(0, ulong.MaxValue)], 1);

        Assert.True(info.Allows(ulong.MaxValue - 4095, 4096));
        Assert.False(info.Allows(ulong.MaxValue - 4095, 4097));
    }
}
