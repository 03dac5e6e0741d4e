using CsCheck;
using UserNvme.Memory;

namespace UserNvme.Tests.Memory;

public class IovaAllocatorTests
{
    private const ulong Page = 4096;

    [Fact]
    public void It_takes_the_lowest_place_that_a_search_page_by_page_finds() =>
        Gen.Select(GenRanges, Gen.Select(Gen.Int[0, 2], Gen.Int[1, 9], Gen.Int[0, 3], Gen.Int[0, 1000]).Array[1, 120]).Sample((ranges, steps) =>
        {
            var domain = new RecordingDomain { AllowedRanges = ranges };
            var allocator = new IovaAllocator(domain);
            var model = new PageByPage(ranges);
            var held = new List<(ulong Page, int Count)>();

            foreach (var (action, count, shift, pick) in steps)
            {
                if (action == 0 && held.Count > 0)
                {
                    var (page, length) = held[pick % held.Count];
                    allocator.Free(new Iova(page * Page));
                    model.Free(page, length);
                    held.RemoveAt(pick % held.Count);
                    continue;
                }

                var expected = model.Take(count, 1UL << shift);
                if (expected == 0)
                {
                    Assert.Throws<NvmeSetupException>(() => allocator.Allocate((ulong)count * Page, Page << shift));
                    continue;
                }

                Assert.Equal(expected * Page, allocator.Allocate((ulong)count * Page, Page << shift).Value);
                held.Add((expected, count));
            }
        }, iter: 2000);

    [Fact]
    public void Address_0_is_never_handed_out()
    {
        var allocator = new IovaAllocator(new RecordingDomain { AllowedRanges = [new(0, 0x1fff)] });

        var only = allocator.Allocate(Page, Page);

        Assert.Equal(0x1000UL, only.Value);
        Assert.Throws<NvmeSetupException>(() => allocator.Allocate(Page, Page));
    }

    [Fact]
    public void A_range_up_to_the_last_address_can_be_used_whole()
    {
        var allocator = new IovaAllocator(new RecordingDomain { AllowedRanges = [new(ulong.MaxValue - 0xffff, ulong.MaxValue)] });

        var whole = allocator.Allocate(0x10000, Page);

        Assert.Equal(ulong.MaxValue - 0xffff, whole.Value);
        Assert.Throws<NvmeSetupException>(() => allocator.Allocate(Page, Page));
        allocator.Free(whole);
        Assert.Equal(whole, allocator.Allocate(0x10000, Page));
    }

    [Fact]
    public void A_wish_for_large_pages_is_met_where_there_is_room_and_dropped_where_not()
    {
        var roomy = new IovaAllocator(new RecordingDomain { AllowedRanges = [new(0x1000, 0x5fffff)] });
        var narrow = new IovaAllocator(new RecordingDomain { AllowedRanges = [new(0x1000, 0x2fffff)] });

        Assert.Equal(0x200000UL, roomy.Allocate(0x200000, Page, 0x200000).Value);
        Assert.Equal(0x1000UL, narrow.Allocate(0x200000, Page, 0x200000).Value);
    }

    [Fact]
    public void The_granule_of_the_IOMMU_is_kept()
    {
        var allocator = new IovaAllocator(new RecordingDomain { PageSizes = 1 << 16, AllowedRanges = [new(0x1000, 0xffffff)] });

        Assert.Equal(0x10000UL, allocator.Allocate(0x10000, Page).Value);
        Assert.Throws<NvmeSetupException>(() => allocator.Allocate(Page, Page));
    }

    [Fact]
    public void Ranges_that_become_narrower_are_noticed()
    {
        var ranges = new List<IovaRange> { new(0x1000, 0xffff) };
        var allocator = new IovaAllocator(new RecordingDomain { AllowedRanges = ranges });
        var before = allocator.Allocate(2 * Page, Page);

        ranges[0] = new IovaRange(0x2000, 0xffff);
        var inside = allocator.Allocate(Page, Page);
        ranges[0] = new IovaRange(0x8000, 0xffff);
        var beyond = allocator.Allocate(Page, Page);

        Assert.Equal((0x1000UL, 0x3000UL, 0x8000UL), (before.Value, inside.Value, beyond.Value));
    }

    private static readonly Gen<IovaRange[]> GenRanges = Gen.Select(Gen.ULong[0, 12], Gen.ULong[1, 30]).Array[1, 4].Select(parts =>
    {
        var ranges = new List<IovaRange>();
        var next = 0UL;
        foreach (var (gap, length) in parts)
        {
            ranges.Add(new IovaRange((next + gap) * Page, ((next + gap + length) * Page) - 1));
            next += gap + length + 1;
        }

        return ranges.ToArray();
    });

    private sealed class PageByPage
    {
        private readonly bool[] _free = new bool[200];

        public PageByPage(IovaRange[] ranges)
        {
            foreach (var range in ranges)
                for (var page = range.First / Page; page <= range.Last / Page; page++) _free[page] = page != 0;
        }

        public ulong Take(int count, ulong alignment)
        {
            for (var first = alignment; first + (ulong)count <= (ulong)_free.Length; first += alignment)
            {
                if (!_free.AsSpan((int)first, count).ContainsAnyExcept(true))
                {
                    _free.AsSpan((int)first, count).Clear();
                    return first;
                }
            }

            return 0;
        }

        public void Free(ulong page, int count) => _free.AsSpan((int)page, count).Fill(true);
    }
}
