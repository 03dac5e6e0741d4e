namespace UserNvme.Memory;

/// <summary>How a <see cref="DmaHeap"/> gets its memory. Read once, when the heap is made.</summary>
public sealed class DmaHeapOptions
{
    /// <summary>Which pages to use. Default: 2 MB hugepages where there are some.</summary>
    public DmaPageSize PageSize { get; set; } = DmaPageSize.Auto;

    /// <summary>
    /// Bytes by which the heap grows, rounded up to the page size; 64 MiB by default. A buffer larger than this gets a region that
    /// fits it; a machine with fewer free hugepages gets smaller regions.
    /// </summary>
    public long RegionBytes { get; set; } = 64L << 20;

    /// <summary>The most bytes that the heap's own regions may have together (registered memory is not counted). Default: no limit.</summary>
    public long MaxBytes { get; set; } = long.MaxValue;

    /// <summary>The NUMA node that the memory should be near to, as a rule the device's; -1 (the default) for the kernel's choice.</summary>
    public int NumaNode { get; set; } = -1;

    /// <summary>
    /// Whether rented buffers are zeroed. Off by default: a buffer then holds what its last holder or a device left in it.
    /// </summary>
    public bool ZeroRented { get; set; }

    internal DmaHeapOptions Validated()
    {
        if (!Enum.IsDefined(PageSize))
            throw new ArgumentOutOfRangeException(nameof(PageSize), PageSize, "Not a page size.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RegionBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(NumaNode, -1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(NumaNode, 1023);
        return (DmaHeapOptions)MemberwiseClone();
    }
}
