using System.Runtime.CompilerServices;
using UserNvme.Spec;

namespace UserNvme.Memory;

/// <summary>
/// Describes a transfer by PRPs (NVMe Base 2.0, 4.1.1, "Physical Region Page Entry and List"). All page arithmetic is in the
/// controller's page size, CC.MPS, never in the host's. Allocates nothing; may be called on any thread that owns the entry and the list.
/// </summary>
public static unsafe class PrpBuilder
{
    /// <summary>PRP1's offset has to be a multiple of this, in bytes; all other PRPs have none.</summary>
    public const int OffsetAlignment = 4;

    /// <summary>How many list pages a slot needs so that any transfer up to a size can be described.</summary>
    /// <param name="maxTransfer">The largest transfer in bytes, 1 or more.</param>
    /// <param name="pageSize">CC.MPS in bytes: a power of two, 4096 or more.</param>
    public static int MaxListPages(long maxTransfer, int pageSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxTransfer);
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 4096);

        // The worst transfer begins at the last dword of a page. Its first page is PRP1; a single other one is PRP2, without a list.
        var pages = ((maxTransfer - 1) + (pageSize - OffsetAlignment)) / pageSize + 1;
        var entries = pages - 1;
        if (entries <= 1) return 0;
        var perPage = (pageSize / sizeof(ulong)) - 1;
        return checked((int)Math.Max(1, (entries - 1 + perPage - 1) / perPage));
    }

    /// <summary>
    /// Whether one command can move these pieces, in this order: the first begins on a dword, every other one on a page; the last ends
    /// anywhere, every other one at the end of a page.
    /// </summary>
    /// <param name="pieces">The transfer; an empty one cannot be described.</param>
    /// <param name="pageSize">CC.MPS in bytes, a power of two.</param>
    public static bool CanDescribe(ReadOnlySpan<PrpPiece> pieces, int pageSize)
    {
        if (pieces.IsEmpty) return false;
        var mask = (ulong)pageSize - 1;
        for (var i = 0; i < pieces.Length; i++)
        {
            var (iova, length) = pieces[i];
            if (length <= 0) return false;
            if ((iova.Value & (i == 0 ? OffsetAlignment - 1 : mask)) != 0) return false;
            if (i < pieces.Length - 1 && ((iova.Value + (ulong)length) & mask) != 0) return false;
        }

        return true;
    }

    /// <summary>Puts the PRPs of a contiguous transfer into an entry, and into the slot's list if it touches more than two pages.</summary>
    /// <param name="entry">Gets PRP1 and PRP2.</param>
    /// <param name="iova">The first byte, a multiple of 4.</param>
    /// <param name="length">Bytes, 1 or more.</param>
    /// <param name="pageSize">CC.MPS in bytes, a power of two.</param>
    /// <param name="list">The slot's list pages.</param>
    /// <returns>How many pages the transfer touches, that is, how many PRPs describe it.</returns>
    /// <exception cref="ArgumentException">The address is not on a dword, or the list pages are too few. Nothing was written then.</exception>
    public static int Describe(ref SubmissionEntry entry, Iova iova, int length, int pageSize, PrpList list)
    {
        if ((iova.Value & (OffsetAlignment - 1)) != 0 || length <= 0) ThrowNotDescribable();
        if (TryDescribe(ref entry, iova, length, pageSize)) return entry.Prp2 == 0 ? 1 : 2;
        var first = pageSize - ((int)iova.Value & (pageSize - 1));
        return DescribeByList(ref entry, iova, first, length - first, pageSize, list);
    }

    /// <summary>Puts the PRPs of a contiguous transfer into an entry if it touches no more than two pages; the caller has checked alignment and length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryDescribe(ref SubmissionEntry entry, Iova iova, int length, int pageSize)
    {
        var first = pageSize - ((int)iova.Value & (pageSize - 1));
        var rest = length - first;
        if (rest > pageSize) return false;
        entry.Prp1 = iova.Value;
        entry.Prp2 = rest > 0 ? iova.Value + (uint)first : 0;
        return true;
    }

    /// <summary>Puts the PRPs of a scattered transfer into an entry, and into the slot's list if it touches more than two pages.</summary>
    /// <param name="entry">Gets PRP1 and PRP2.</param>
    /// <param name="pieces">The transfer in order, as <see cref="CanDescribe"/> allows.</param>
    /// <param name="pageSize">CC.MPS in bytes, a power of two.</param>
    /// <param name="list">The slot's list pages.</param>
    /// <returns>How many pages the transfer touches, that is, how many PRPs describe it.</returns>
    /// <exception cref="ArgumentException">PRPs cannot describe the pieces, or the list pages are too few. Nothing was written then.</exception>
    public static int Describe(ref SubmissionEntry entry, ReadOnlySpan<PrpPiece> pieces, int pageSize, PrpList list)
    {
        if (!CanDescribe(pieces, pageSize)) ThrowNotDescribable();
        long total = 0;
        foreach (var piece in pieces) total += PagesOf(piece, pageSize);
        var entries = total - 1;
        if (entries > 1) CheckCapacity(entries, pageSize, list);

        // PRP1 is the first page of the first piece; what is left of that piece begins on a page, like all the others.
        var first = pieces[0].Iova.Value;
        entry.Prp1 = first;
        var next = (first & ~((ulong)pageSize - 1)) + (uint)pageSize;
        var pagesLeft = PagesOf(pieces[0], pageSize) - 1;
        if (entries <= 1)
        {
            entry.Prp2 = entries == 0 ? 0 : pagesLeft > 0 ? next : pieces[1].Iova.Value;
            return (int)total;
        }

        entry.Prp2 = list.Iova.Value;
        var writer = new PrpListWriter(list, pageSize, (int)entries);
        writer.Add(next, pagesLeft);
        foreach (var piece in pieces[1..]) writer.Add(piece.Iova.Value, PagesOf(piece, pageSize));
        return (int)total;
    }

    private static int DescribeByList(ref SubmissionEntry entry, Iova iova, int first, int rest, int pageSize, PrpList list)
    {
        var entries = (int)(((uint)rest + (uint)pageSize - 1) / (uint)pageSize);
        CheckCapacity(entries, pageSize, list);
        entry.Prp1 = iova.Value;
        entry.Prp2 = list.Iova.Value;
        new PrpListWriter(list, pageSize, entries).Add(iova.Value + (uint)first, entries);
        return entries + 1;
    }

    private static int PagesOf(PrpPiece piece, int pageSize) =>
        (int)((((piece.Iova.Value & ((ulong)pageSize - 1)) + (ulong)piece.Length - 1) / (ulong)pageSize) + 1);

    private static void CheckCapacity(long entries, int pageSize, PrpList list)
    {
        if (entries > list.Capacity(pageSize))
            throw new ArgumentException($"A transfer of {entries + 1} pages does not fit the {list.Pages} PRP list page(s) of its slot.", nameof(list));
    }

    private static void ThrowNotDescribable() => throw new ArgumentException(
        "PRPs cannot describe this transfer: it begins on a multiple of 4 bytes, has a length, and its pieces meet at page boundaries only.");
}
