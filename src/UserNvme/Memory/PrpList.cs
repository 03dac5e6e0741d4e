namespace UserNvme.Memory;

/// <summary>
/// Where the PRP lists of one slot go: memory pages (of the size in CC.MPS) that lie one behind the other and belong to the slot alone.
/// The device reads them; the host writes them and never reads them back (rule 2).
/// </summary>
public readonly unsafe struct PrpList
{
    /// <summary>Names the pages.</summary>
    /// <param name="address">The first page as the host sees it, aligned to the page size.</param>
    /// <param name="iova">The same as the device sees it, aligned to the page size.</param>
    /// <param name="pages">How many there are, as by <see cref="PrpBuilder.MaxListPages"/>; 0 for none.</param>
    public PrpList(ulong* address, Iova iova, int pages)
    {
        Address = address;
        Iova = iova;
        Pages = pages;
    }

    /// <summary>The first page as the host sees it.</summary>
    public ulong* Address { get; }

    /// <summary>The first page as the device sees it.</summary>
    public Iova Iova { get; }

    /// <summary>How many pages there are.</summary>
    public int Pages { get; }

    /// <summary>How many PRP entries fit when each page but the last ends in the pointer to the next.</summary>
    internal int Capacity(int pageSize) => Pages == 0 ? 0 : (Pages * ((pageSize / sizeof(ulong)) - 1)) + 1;
}
