using CsCheck;
using UserNvme.Emulation;
using UserNvme.Emulation.Dma;
using UserNvme.Emulation.Prp;

namespace UserNvme.Tests.Emulation;

public sealed unsafe class PrpWalkerTests : IDisposable
{
    private const int DataPages = 1600;
    private readonly EmulatedDmaDomain _domain = new();
    private readonly RawMemory _memory;
    private readonly RawBuffer _data;
    private readonly RawBuffer _lists;
    private readonly PrpWalker _walker;

    public PrpWalkerTests()
    {
        _memory = new RawMemory(_domain, (DataPages + 32) * 4096);
        _data = _memory.Allocate(DataPages * 4096);
        _lists = _memory.Allocate(16 * 4096);
        var memory = new DeviceMemory(_domain);
        memory.Refresh();
        _walker = new PrpWalker(memory);
    }

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void The_pieces_are_those_of_a_walk_that_looks_at_each_page()
    {
        // Pages in any order, any dword offset, any length, lists that start anywhere in their page.
        Gen.Select(Gen.Int[1, 1500 * 4096], Gen.Int[0, 1023], Gen.Int[0, 511], Gen.Int, Gen.Bool).Sample((length, dwordOffset, listStart, seed, shuffled) =>
        {
            var offset = dwordOffset * 4;
            var pages = Pages(offset, length, seed, shuffled);
            var (prp1, prp2) = Describe(pages, offset, listStart);

            var status = _walker.Walk(prp1, prp2, (ulong)length, DmaDirection.Read);

            Assert.True(status.IsSuccess);
            Assert.Equal(ExpectedPieces(pages, offset, length), WalkedPieces(offset));
        }, iter: 300, threads: 1);
    }

    [Theory]
    [InlineData(0x01ul, 0ul, 512, 0x013)]      // PRP1 not at a dword
    [InlineData(0x02ul, 0ul, 512, 0x013)]
    [InlineData(0x04ul, 0ul, 4092, 0)]         // ends with the page
    [InlineData(0x04ul, 8ul, 4096, 0x013)]     // PRP2 with an offset
    [InlineData(0x00ul, 4ul, 12288, 0x013)]    // list not at a qword
    public void Offsets_that_are_not_allowed_are_refused(ulong offset1, ulong offset2, int length, int status)
    {
        var result = _walker.Walk(_data.Iova + offset1, _data.Iova + 4096 + offset2, (ulong)length, DmaDirection.Read);

        Assert.Equal(status, result.TypeAndCode);
    }

    [Fact]
    public void A_list_entry_with_an_offset_is_refused_also_where_it_leads_to_the_next_list()
    {
        var list = (ulong*)_lists.Address;
        for (var i = 0; i < 512; i++)
            list[i] = _data.Iova + (ulong)i * 4096;
        list[3] += 8;

        var inData = _walker.Walk(_data.Iova, _lists.Iova, 10 * 4096, DmaDirection.Read);
        list[3] -= 8;
        list[511] = _lists.Iova + 4096 + 8;
        var inChain = _walker.Walk(_data.Iova, _lists.Iova, 600 * 4096, DmaDirection.Read);

        Assert.Equal(0x013, inData.TypeAndCode);
        Assert.Equal(0x013, inChain.TypeAndCode);
    }

    [Fact]
    public void The_last_entry_of_a_page_is_data_when_it_is_the_last_of_all()
    {
        var list = (ulong*)_lists.Address;
        for (var i = 0; i < 512; i++)
            list[i] = _data.Iova + (ulong)(i + 1) * 4096;

        var status = _walker.Walk(_data.Iova, _lists.Iova, 513 * 4096, DmaDirection.Read);

        Assert.True(status.IsSuccess);
        Assert.Equal(513 * 4096, Assert.Single(_walker.Segments.ToArray(), s => s.Address == _data.Address).Length);
    }

    [Fact]
    public void What_is_not_mapped_is_told_with_its_address()
    {
        const ulong elsewhere = 0x5000_0000;
        var list = (ulong*)_lists.Address;
        list[0] = _data.Iova;
        list[1] = elsewhere;

        var first = (_walker.Walk(elsewhere + 8, 0, 100, DmaDirection.Read).TypeAndCode, _walker.FaultAddress, _walker.FaultLength, _walker.FaultInList);
        var inList = (_walker.Walk(_data.Iova, _lists.Iova, 3 * 4096, DmaDirection.Read).TypeAndCode, _walker.FaultAddress, _walker.FaultLength, _walker.FaultInList);
        var theList = (_walker.Walk(_data.Iova, elsewhere + 16, 3 * 4096, DmaDirection.Read).TypeAndCode, _walker.FaultAddress, _walker.FaultLength, _walker.FaultInList);

        Assert.Equal((0x004, elsewhere + 8, 100ul, false), first);
        Assert.Equal((0x004, elsewhere, 4096ul, false), inList);
        Assert.Equal((0x004, elsewhere + 16, 8ul, true), theList);
    }

    [Fact]
    public void A_list_entry_that_lies_behind_the_last_one_needed_is_not_read()
    {
        var atTheEnd = _memory.Region.Length - 16;
        var list = (ulong*)((byte*)_memory.Region.Address + atTheEnd);
        list[0] = _data.Iova;
        list[1] = _data.Iova + 4096;

        var status = _walker.Walk(_data.Iova, _memory.Iova + atTheEnd, 3 * 4096, DmaDirection.Read);

        Assert.True(status.IsSuccess);
    }

    private static int[] Pages(int offset, int length, int seed, bool shuffled)
    {
        var random = new Random(seed);
        var pages = Enumerable.Range(0, DataPages).ToArray();
        if (shuffled)
            random.Shuffle(pages);
        return pages[..((offset + length + 4095) / 4096)];
    }

    private (ulong Prp1, ulong Prp2) Describe(int[] pages, int offset, int listStart)
    {
        ulong Page(int index) => _data.Iova + (ulong)pages[index] * 4096;
        if (pages.Length == 1) return (Page(0) + (ulong)offset, 0xDEAD_BEEF);
        if (pages.Length == 2) return (Page(0) + (ulong)offset, Page(1));
        var list = (ulong*)_lists.Address;
        var at = listStart;
        for (var i = 1; i < pages.Length; i++)
        {
            if (at % 512 == 511 && i != pages.Length - 1)
                list[at++] = _lists.Iova + (ulong)(at / 512) * 4096;
            list[at++] = Page(i);
        }

        return (Page(0) + (ulong)offset, _lists.Iova + (ulong)listStart * 8);
    }

    private static List<(long Offset, long Length)> ExpectedPieces(int[] pages, int offset, int length)
    {
        var pieces = new List<(long, long)>();
        for (var i = 0; i < pages.Length; i++)
        {
            var start = i == 0 ? offset : 0;
            var piece = Math.Min(4096 - start, length);
            pieces.Add((pages[i] * 4096L + start, piece));
            length -= piece;
        }

        return pieces;
    }

    // The walker's pieces, which may be several pages long, cut at the page ends again.
    private List<(long Offset, long Length)> WalkedPieces(int offset)
    {
        var pieces = new List<(long, long)>();
        foreach (var segment in _walker.Segments)
        {
            for (long done = 0; done < segment.Length;)
            {
                var piece = Math.Min(4096 - (pieces.Count == 0 ? offset : 0), segment.Length - done);
                pieces.Add((segment.Address + done - _data.Address, piece));
                done += piece;
            }
        }

        return pieces;
    }
}
