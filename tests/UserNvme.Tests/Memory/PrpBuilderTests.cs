using System.Runtime.InteropServices;
using CsCheck;
using UserNvme.Memory;
using UserNvme.Spec;

namespace UserNvme.Tests.Memory;

public unsafe class PrpBuilderTests
{
    private const ulong ListIova = 0x7_0000_0000;

    private static readonly Gen<int> GenPageSize = Gen.Int[12, 16].Select(shift => 1 << shift);

    [Fact]
    public void A_controller_that_walks_the_PRPs_of_a_contiguous_transfer_reaches_every_byte_in_order() =>
        Gen.Select(GenPageSize, Gen.Int[0, 1 << 16], Gen.Frequency((3, Gen.Int[1, 40_000]), (2, Gen.Int[1, 6 << 20])))
            .Sample((pageSize, offset, length) =>
            {
                var iova = 0x1_0000_0000UL + ((ulong)offset & ~3UL);
                using var pages = new ListPages(PrpBuilder.MaxListPages(length, pageSize), pageSize);
                var entry = default(SubmissionEntry);

                var count = PrpBuilder.Describe(ref entry, new Iova(iova), length, pageSize, pages.List);

                Assert.Equal(Bytes([new PrpPiece(new Iova(iova), length)]), Walk(entry, length, pageSize, pages, out var walked));
                Assert.Equal(walked, count);
            }, iter: 300);

    [Fact]
    public void A_controller_that_walks_the_PRPs_of_a_scattered_transfer_reaches_every_byte_in_order() =>
        Gen.Select(GenPageSize, GenScatter).Sample((pageSize, shape) =>
        {
            var pieces = PiecesOf(shape, pageSize);
            var length = pieces.Sum(p => p.Length);
            using var pages = new ListPages(PrpBuilder.MaxListPages(length, pageSize), pageSize);
            var entry = default(SubmissionEntry);
            Assert.True(PrpBuilder.CanDescribe(pieces, pageSize));

            var count = PrpBuilder.Describe(ref entry, pieces, pageSize, pages.List);

            Assert.Equal(Bytes(pieces), Walk(entry, length, pageSize, pages, out var walked));
            Assert.Equal(walked, count);
        }, iter: 300);

    [Fact]
    public void One_contiguous_piece_is_described_like_a_scattered_transfer_of_one_piece() =>
        Gen.Select(GenPageSize, Gen.Int[0, 1 << 14], Gen.Int[1, 3 << 20]).Sample((pageSize, dwords, length) =>
        {
            var iova = new Iova(0x4000_0000 + ((ulong)dwords * 4));
            using var one = new ListPages(PrpBuilder.MaxListPages(length, pageSize), pageSize);
            using var other = new ListPages(PrpBuilder.MaxListPages(length, pageSize), pageSize);
            var (contiguous, scattered) = (default(SubmissionEntry), default(SubmissionEntry));

            PrpBuilder.Describe(ref contiguous, iova, length, pageSize, one.List);
            PrpBuilder.Describe(ref scattered, [new PrpPiece(iova, length)], pageSize, other.List);

            Assert.Equal(contiguous.Prp1, scattered.Prp1);
            Assert.Equal(contiguous.Prp2, scattered.Prp2);
            Assert.True(one.Bytes.SequenceEqual(other.Bytes));
        }, iter: 100);

    [Fact]
    public void The_check_agrees_with_the_rule_read_page_by_page() =>
        Gen.Select(GenPageSize, Gen.Select(Gen.Int[0, 64], Gen.Int[0, 64], Gen.OneOf(Gen.Const(0), Gen.Const(0), Gen.Const(1), Gen.Const(4), Gen.Const(512))).Array[0, 5])
            .Sample((pageSize, raw) =>
            {
                var quarter = pageSize / 4;
                var pieces = raw.Select(p => new PrpPiece(new Iova((ulong)((p.Item1 * quarter) + p.Item3) + 0x10000), p.Item2 * quarter)).ToArray();

                Assert.Equal(ObeysTheRule(pieces, pageSize), PrpBuilder.CanDescribe(pieces, pageSize));
            }, iter: 20_000);

    [Fact]
    public void The_worst_case_of_list_pages_is_what_the_worst_transfer_needs() =>
        Gen.Select(GenPageSize, Gen.Int[1, 64 << 20]).Sample((pageSize, length) =>
        {
            var offsets = new[] { 0, 4, pageSize / 2, pageSize - 4 };

            var worst = offsets.Max(offset => ListPagesOneByOne(offset, length, pageSize));

            Assert.Equal(worst, PrpBuilder.MaxListPages(length, pageSize));
        }, iter: 2000);

    [Theory]
    [InlineData(4096, 0, 4096, 1)]
    [InlineData(4096, 4, 4096, 2)]
    [InlineData(4096, 0, 8192, 2)]
    [InlineData(4096, 4092, 4100, 2)]
    [InlineData(4096, 4092, 4101, 3)]
    public void Up_to_two_pages_need_no_list(int pageSize, int offset, int length, int expected)
    {
        using var pages = new ListPages(1, pageSize);
        var entry = default(SubmissionEntry);

        var count = PrpBuilder.Describe(ref entry, new Iova(0x10000 + (ulong)offset), length, pageSize, pages.List);

        Assert.Equal(expected, count);
        Assert.Equal(expected == 1 ? 0UL : expected == 2 ? 0x11000UL : ListIova, entry.Prp2);
    }

    [Fact]
    public void A_list_that_fills_its_page_to_the_last_place_is_not_chained()
    {
        using var pages = new ListPages(2, 4096);
        var entry = default(SubmissionEntry);

        PrpBuilder.Describe(ref entry, new Iova(0x10000), 513 * 4096, 4096, pages.List);

        Assert.Equal(0x10000UL + (512 * 4096), pages.List.Address[511]);
        Assert.Equal(0UL, pages.List.Address[512]);
    }

    [Fact]
    public void One_entry_more_than_a_page_holds_turns_its_last_place_into_a_pointer()
    {
        using var pages = new ListPages(2, 4096);
        var entry = default(SubmissionEntry);

        PrpBuilder.Describe(ref entry, new Iova(0x10000), 514 * 4096, 4096, pages.List);

        Assert.Equal(ListIova + 4096, pages.List.Address[511]);
        Assert.Equal(0x10000UL + (512 * 4096), pages.List.Address[512]);
        Assert.Equal(0x10000UL + (513 * 4096), pages.List.Address[513]);
    }

    [Fact]
    public void A_piece_that_begins_at_the_last_place_of_a_list_and_is_the_last_one_stays_there()
    {
        using var pages = new ListPages(2, 4096);
        var entry = default(SubmissionEntry);

        PrpBuilder.Describe(ref entry, [new(new Iova(0x10000), 512 * 4096), new(new Iova(0x9000_0000), 512)], 4096, pages.List);

        Assert.Equal(0x9000_0000UL, pages.List.Address[511]);
        Assert.Equal(0UL, pages.List.Address[512]);
    }

    [Fact]
    public void A_transfer_that_does_not_fit_the_list_is_refused_before_anything_is_written()
    {
        using var pages = new ListPages(1, 4096);
        var entry = new SubmissionEntry { Prp1 = 1, Prp2 = 2 };

        Assert.Throws<ArgumentException>(() => PrpBuilder.Describe(ref entry, new Iova(0x10000), 514 * 4096, 4096, pages.List));

        Assert.Equal((1UL, 2UL), (entry.Prp1, entry.Prp2));
        Assert.True(pages.Bytes.IndexOfAnyExcept((byte)0) < 0);
    }

    [Theory]
    [InlineData(0x10002UL, 4096)]
    [InlineData(0x10000UL, 0)]
    [InlineData(0x10000UL, -1)]
    public void An_odd_address_or_no_length_is_refused(ulong iova, int length)
    {
        var entry = default(SubmissionEntry);

        Assert.Throws<ArgumentException>(() => PrpBuilder.Describe(ref entry, new Iova(iova), length, 4096, default));
    }

    // A shape is a list of page counts with gaps between them, a first offset in dwords and a last length.
    private static readonly Gen<(int[] Pages, int Offset, int Tail)> GenScatter =
        Gen.Select(Gen.Frequency((4, Gen.Int[1, 4]), (1, Gen.Int[1, 700])).Array[1, 12], Gen.Int[0, (1 << 14) - 1], Gen.Int[1, 1 << 16]);

    private static PrpPiece[] PiecesOf((int[] Pages, int Offset, int Tail) shape, int pageSize)
    {
        var pieces = new List<PrpPiece>();
        var next = 0x1_0000_0000UL;
        var budget = 12 << 20;
        foreach (var wanted in shape.Pages)
        {
            var count = Math.Min(wanted, Math.Max(1, budget / pageSize / shape.Pages.Length));
            pieces.Add(new PrpPiece(new Iova(next), count * pageSize));
            next += (ulong)(count + 3) * (ulong)pageSize;
        }

        var offset = shape.Offset * 4 % pageSize;
        pieces[0] = new PrpPiece(new Iova(pieces[0].Iova.Value + (ulong)offset), pieces[0].Length - offset);
        var last = pieces[^1];
        pieces[^1] = last with { Length = last.Length - Math.Min(last.Length - 1, shape.Tail % pageSize) };
        return [.. pieces];
    }

    private static bool ObeysTheRule(PrpPiece[] pieces, int pageSize)
    {
        if (pieces.Length == 0 || pieces.Any(p => p.Length == 0)) return false;
        if (pieces[0].Iova.Value % 4 != 0) return false;
        return pieces.Skip(1).All(p => p.Iova.Value % (ulong)pageSize == 0)
            && pieces.SkipLast(1).All(p => (p.Iova.Value + (ulong)p.Length) % (ulong)pageSize == 0);
    }

    // Counts list pages by filling them in the mind, entry by entry.
    private static int ListPagesOneByOne(int offset, int length, int pageSize)
    {
        var entries = 0;
        for (long done = pageSize - offset; done < length; done += pageSize) entries++;
        if (entries <= 1) return 0;
        var (pages, place) = (1, 0);
        for (; entries > 0; entries--)
        {
            if (place == (pageSize / 8) - 1 && entries > 1) (pages, place) = (pages + 1, 0);
            place++;
        }

        return pages;
    }

    // A transfer as runs of device addresses, merged where they touch: equal lists mean the same bytes in the same order.
    private static List<(ulong From, ulong To)> Bytes(IEnumerable<PrpPiece> pieces)
    {
        var runs = new List<(ulong From, ulong To)>();
        foreach (var (iova, length) in pieces) Append(runs, iova.Value, length);
        return runs;
    }

    private static void Append(List<(ulong From, ulong To)> runs, ulong from, int length)
    {
        if (runs.Count > 0 && runs[^1].To == from) runs[^1] = (runs[^1].From, from + (ulong)length);
        else runs.Add((from, from + (ulong)length));
    }

    // What a controller does, by the words of the specification; it never leaves the list pages that belong to the slot.
    private static List<(ulong From, ulong To)> Walk(SubmissionEntry entry, int length, int pageSize, ListPages pages, out int count)
    {
        var runs = new List<(ulong From, ulong To)>();
        var left = length;
        count = 0;
        left -= Move(entry.Prp1, left, ref count);
        if (left == 0)
        {
            Assert.Equal(0UL, entry.Prp2);
            return runs;
        }

        if (left <= pageSize)
        {
            Assert.Equal(0UL, entry.Prp2 % (ulong)pageSize);
            Move(entry.Prp2, left, ref count);
            return runs;
        }

        var list = entry.Prp2;
        while (left > 0)
        {
            var value = pages.Read(list);
            var atEnd = (list + 8) % (ulong)pageSize == 0;
            Assert.Equal(0UL, value % (ulong)pageSize);
            if (atEnd && left > pageSize)
            {
                list = value;
                continue;
            }

            left -= Move(value, left, ref count);
            list += 8;
        }

        return runs;

        int Move(ulong prp, int most, ref int prps)
        {
            var now = Math.Min(most, pageSize - (int)(prp % (ulong)pageSize));
            Append(runs, prp, now);
            prps++;
            return now;
        }
    }

    private sealed class ListPages : IDisposable
    {
        private readonly int _length;
        private readonly void* _memory;

        public ListPages(int pages, int pageSize)
        {
            // One page more than the builder is told of, to see that it stays inside.
            _length = (pages + 1) * pageSize;
            _memory = NativeMemory.AlignedAlloc((nuint)_length, (nuint)pageSize);
            NativeMemory.Clear(_memory, (nuint)_length);
            List = new PrpList((ulong*)_memory, new Iova(ListIova), pages);
            Guard = pages * pageSize;
        }

        public PrpList List { get; }

        public ReadOnlySpan<byte> Bytes => new(_memory, _length);

        private int Guard { get; }

        public ulong Read(ulong iova)
        {
            Assert.InRange(iova, ListIova, ListIova + (ulong)Guard - 8);
            return *(ulong*)((byte*)_memory + (iova - ListIova));
        }

        public void Dispose()
        {
            Assert.True(Bytes[Guard..].IndexOfAnyExcept((byte)0) < 0, "The builder wrote behind the list pages.");
            NativeMemory.AlignedFree(_memory);
        }
    }
}
