using System.Numerics;
using System.Runtime.CompilerServices;

namespace UserNvme.Memory;

/// <summary>
/// Chooses IOVAs inside the ranges that a domain can map (rule 6): lowest first (which also suits controllers that drive 48 address bits only, trap P39), never 0, on the granule of the IOMMU. There is one for
/// each domain, also when several heaps are mapped in it. Thread-safe; cold.
/// </summary>
internal sealed class IovaAllocator
{
    private static readonly ConditionalWeakTable<IDmaDomain, IovaAllocator> s_allocators = [];

    private readonly Lock _gate = new();
    private readonly IDmaDomain _domain;

    // Ascending, not overlapping. The free space is what the domain's ranges have between them, asked anew each time: a further group
    // in a container can make the ranges narrower.
    private readonly List<IovaRange> _used = [];

    public IovaAllocator(IDmaDomain domain) => _domain = domain;

    /// <summary>The allocator of a domain.</summary>
    public static IovaAllocator Of(IDmaDomain domain) => s_allocators.GetValue(domain, static d => new IovaAllocator(d));

    /// <summary>Takes a range of IOVAs.</summary>
    /// <param name="length">Bytes; a multiple of the IOMMU's granule.</param>
    /// <param name="alignment">In bytes, a power of two.</param>
    /// <param name="wish">A larger alignment that is taken where there is room for it, so that the IOMMU can use larger pages.</param>
    /// <exception cref="NvmeSetupException">The mapping budget is used up, the length does not fit the granule, or no range is free.</exception>
    public Iova Allocate(ulong length, ulong alignment, ulong wish = 0)
    {
        ArgumentOutOfRangeException.ThrowIfZero(length);
        ArgumentOutOfRangeException.ThrowIfZero(alignment);
        var granule = Granule();
        if (length % granule != 0)
            throw new NvmeSetupException(SetupProblem.Unsupported, "",
                $"{_domain.Name} maps memory in units of {granule} bytes, and {length} bytes are not a multiple of that: use larger pages.");
        if (_domain.MappingsAvailable < 1)
            throw new NvmeSetupException(SetupProblem.TooManyMappings, "", _domain is IForeignDomain
                ? $"{_domain.Name} takes no further range of DMA memory: use less of it, or larger regions ({nameof(DmaHeapOptions)}.{nameof(DmaHeapOptions.RegionBytes)})."
                : $"{_domain.Name} has no DMA mapping left (its budget is the dma_entry_limit of the kernel module vfio_iommu_type1): use larger heap regions, register less memory or raise the limit.");

        lock (_gate)
        {
            var least = Math.Max(alignment, granule);
            var first = wish > least ? Find(length, wish) : 0;
            if (first == 0) first = Find(length, least);
            if (first == 0)
                throw new NvmeSetupException(SetupProblem.NoMemory, "",
                    $"{_domain.Name} has no free IOVA range of {length} bytes in {string.Join(", ", _domain.AllowedRanges)}: map less memory.");
            var range = new IovaRange(first, first + length - 1);
            _used.Insert(~Search(first), range);
            return new Iova(first);
        }
    }

    /// <summary>Gives a range back that <see cref="Allocate"/> gave; only after it was unmapped for certain.</summary>
    public void Free(Iova iova)
    {
        lock (_gate)
        {
            var index = Search(iova.Value);
            if (index < 0) throw new InvalidOperationException($"IOVA {iova} was not allocated in {_domain.Name}.");
            _used.RemoveAt(index);
        }
    }

    private ulong Granule()
    {
        if (_domain.PageSizes == 0)
            throw new NvmeSetupException(SetupProblem.Unsupported, "", $"{_domain.Name} reports no page size that it can map.");
        return 1UL << BitOperations.TrailingZeroCount(_domain.PageSizes);
    }

    // The lowest aligned address whose range is allowed and free; 0 if there is none, for 0 itself is never handed out.
    private ulong Find(ulong length, ulong alignment)
    {
        foreach (var allowed in _domain.AllowedRanges)
        {
            var from = Math.Max(allowed.First, 1);
            for (var i = FirstEndingAtOrAfter(from); i < _used.Count && _used[i].First <= allowed.Last; i++)
            {
                if (_used[i].First > from && Fits(from, _used[i].First - 1, length, alignment, out var before)) return before;
                if (_used[i].Last >= allowed.Last) goto NextRange;
                from = _used[i].Last + 1;
            }

            if (Fits(from, allowed.Last, length, alignment, out var first)) return first;
        NextRange:;
        }

        return 0;
    }

    // Ranges may reach up to 2^64-1, so nothing here may wrap.
    private static bool Fits(ulong from, ulong last, ulong length, ulong alignment, out ulong first)
    {
        first = (from + alignment - 1) & ~(alignment - 1);
        return first >= from && first <= last && last - first >= length - 1;
    }

    private int FirstEndingAtOrAfter(ulong value)
    {
        var index = Search(value);
        if (index >= 0) return index;
        index = ~index;
        return index > 0 && _used[index - 1].Last >= value ? index - 1 : index;
    }

    private int Search(ulong first) => _used.BinarySearch(new IovaRange(first, 0), s_byFirst);

    private static readonly Comparer<IovaRange> s_byFirst = Comparer<IovaRange>.Create((a, b) => a.First.CompareTo(b.First));
}
