namespace UserNvme.Memory;

/// <summary>A region with what its heap knows of it. Changed under the heap's locks only.</summary>
internal sealed class HeapRegion(DmaRegion memory, RunAllocator? runs)
{
    /// <summary>What domains see of it.</summary>
    public DmaRegion Memory { get; } = memory;

    /// <summary>What is free in it; null for memory that a caller registered, which is one buffer as a whole.</summary>
    public RunAllocator? Runs { get; } = runs;

    /// <summary>Buffers that are out: rented, or still leased after they were given back.</summary>
    public int Buffers { get; set; }

    /// <summary>Set when a domain could not unmap it: devices may still reach it, so nothing in it is handed out again.</summary>
    public bool Retired { get; set; }

    /// <summary>Set as well where what could not unmap it reaches it by its physical or virtual address: then it is never freed.</summary>
    public bool MustStayMapped { get; set; }

    /// <summary>What its IOVAs must be multiples of: for the heap's own regions enough for every alignment that can be rented.</summary>
    public ulong Alignment => Runs is null ? (ulong)Memory.PageSize : RegionMemory.Alignment;

    /// <summary>What its IOVAs should be multiples of, so that the IOMMU can use pages as large as the memory has; 0 for no wish.</summary>
    public ulong LargePage
    {
        get
        {
            if (Runs is not null) return (ulong)Memory.PageSize;
            return Memory.Address % RegionMemory.Alignment == 0 && Memory.Length >= RegionMemory.Alignment ? (ulong)RegionMemory.Alignment : 0;
        }
    }
}
