using System.Buffers.Binary;
using UserNvme.Transports.Vfio;

namespace UserNvme.Tests.Transports.Vfio;

public sealed class VfioRegionTests
{
    // Linux 6.1's answers for BAR 0 (with the capability msix-mappable) and the config space of QEMU's nvme.
    private const string Bar0 = "280000000F0000000000000020000000004000000000000000000000000000000300010000000000";
    private const string Config = "2000000003000000070000000000000000100000000000000000000000070000";

    [Fact]
    public void A_bar_whose_msix_table_is_mappable_is_mapped_as_a_whole()
    {
        var region = VfioRegion.Parse(Convert.FromHexString(Bar0));

        Assert.Equal(16384ul, region.Size);
        Assert.Equal([(0ul, 16384ul)], Areas(region));
    }

    [Fact]
    public void A_region_that_cannot_be_mapped_has_no_areas()
    {
        var region = VfioRegion.Parse(Convert.FromHexString(Config));

        Assert.Equal(0x700_0000_0000ul, region.Offset);
        Assert.Empty(region.MappableAreas);
    }

    [Fact]
    public void A_kernel_that_hides_the_msix_table_names_the_areas_around_it()
    {
        var region = VfioRegion.Parse(WithAreas((0x3000, 0x1000), (0, 0x2000)));

        Assert.Equal([(0ul, 0x2000ul), (0x3000ul, 0x1000ul)], Areas(region));
    }

    [Fact]
    public void Areas_outside_the_region_are_not_mapped()
    {
        var region = VfioRegion.Parse(WithAreas((0, 0x1000), (0x4000, 0x1000), (0x3000, 0x2000), (0x1000, ulong.MaxValue), (0x1000, 0)));

        Assert.Equal([(0ul, 0x1000ul)], Areas(region));
    }

    private static IEnumerable<(ulong, ulong)> Areas(VfioRegion region) => region.MappableAreas.Select(a => (a.Offset, a.Size));

    private static byte[] WithAreas(params (ulong Offset, ulong Size)[] areas)
    {
        var answer = new byte[48 + (areas.Length * 16)];
        Convert.FromHexString(Bar0).AsSpan(0, 32).CopyTo(answer);
        BinaryPrimitives.WriteUInt32LittleEndian(answer, (uint)answer.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(answer.AsSpan(32), 1); // Sparse mmap.
        BinaryPrimitives.WriteUInt16LittleEndian(answer.AsSpan(34), 1); // Version.
        BinaryPrimitives.WriteUInt32LittleEndian(answer.AsSpan(40), (uint)areas.Length);
        for (var i = 0; i < areas.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(answer.AsSpan(48 + (i * 16)), areas[i].Offset);
            BinaryPrimitives.WriteUInt64LittleEndian(answer.AsSpan(56 + (i * 16)), areas[i].Size);
        }

        return answer;
    }
}
