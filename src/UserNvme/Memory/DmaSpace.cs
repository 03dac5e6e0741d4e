using System.Runtime.CompilerServices;

namespace UserNvme.Memory;

/// <summary>
/// A heap as one domain's devices see it: every region of the heap is mapped here, and address + delta[region] is the IOVA.
/// Translating is safe on any thread; a <see cref="DmaHeap"/> makes and changes it.
/// </summary>
public sealed class DmaSpace
{
    /// <summary>
    /// What a region that is not mapped has: bit 63 of the sum is then set for every user-space address, and no IOMMU translates that, so
    /// a mistake ends in a refused DMA and not in somebody's memory.
    /// </summary>
    private const long NotMapped = long.MinValue;

    private readonly IovaAllocator _iovas;
    private volatile long[] _deltas = [];

    internal DmaSpace(DmaHeap heap, IDmaDomain domain)
    {
        Heap = heap;
        Domain = domain;
        _iovas = IovaAllocator.Of(domain);
    }

    /// <summary>The heap whose buffers can be translated here.</summary>
    public DmaHeap Heap { get; }

    /// <summary>The domain that the regions are mapped in.</summary>
    public IDmaDomain Domain { get; }

    /// <summary>How many times the domain was attached and not yet detached. Guarded by the heap.</summary>
    internal int Users { get; set; }

    /// <summary>
    /// The IOVA of an address inside a region: one indexed load. The caller holds a lease on the buffer that the address lies in.
    /// </summary>
    /// <param name="address">An address inside the region.</param>
    /// <param name="region">The region's number, as in <see cref="DmaBuffer.RegionIndex"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Iova Translate(nint address, int region) => new((ulong)(address + _deltas[region]));

    /// <summary>The IOVA of a buffer's byte. The caller holds a lease on it, or is its holder.</summary>
    /// <param name="buffer">A buffer of <see cref="Heap"/>.</param>
    /// <param name="offset">Bytes from the buffer's start.</param>
    /// <exception cref="ArgumentException">The buffer is of another heap, which is not mapped here.</exception>
    public Iova Translate(DmaBuffer buffer, int offset = 0)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        if (buffer.Heap != Heap)
            throw new ArgumentException($"The buffer belongs to another heap than the one that is mapped in {Domain.Name}.", nameof(buffer));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)offset, (uint)buffer.Length, nameof(offset));
        return Translate(buffer.Address + offset, buffer.RegionIndex);
    }

    /// <summary>Maps a region and publishes its delta. Under the heap's map lock.</summary>
    internal void Map(HeapRegion owner)
    {
        var region = owner.Memory;
        var iova = _iovas.Allocate(region.Length, owner.Alignment, owner.LargePage);
        try
        {
            Domain.Map(region, iova);
        }
        catch
        {
            _iovas.Free(iova);
            throw;
        }

        SetDelta(region.Index, (long)iova.Value - region.Address);
    }

    /// <summary>Unmaps a region if it is mapped. If that fails its IOVAs stay taken. Under the heap's map lock.</summary>
    internal void Unmap(DmaRegion region)
    {
        if (region.Index >= _deltas.Length || _deltas[region.Index] == NotMapped) return;
        var iova = Translate(region.Address, region.Index);
        SetDelta(region.Index, NotMapped);
        Domain.Unmap(region, iova);
        _iovas.Free(iova);
    }

    // A new table for each change: a reader has the old one or the new one, and both are right for the buffers that it holds.
    private void SetDelta(int region, long delta)
    {
        var old = _deltas;
        var deltas = new long[Math.Max(old.Length, region + 1)];
        Array.Fill(deltas, NotMapped);
        old.CopyTo(deltas, 0);
        deltas[region] = delta;
        _deltas = deltas;
    }
}
