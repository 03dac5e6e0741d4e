using Tmds.Linux;
using UserNvme.Interop;
using UserNvme.Memory;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Emulation.Hosts;

/// <summary>
/// The memory that a client of the controller gave: mapped here where a descriptor came along and both directions are allowed, and put into
/// the controller's IOMMU. Other ranges are remembered only: the controller's access to them is a fault, as an IOMMU has it. Used by one thread.
/// </summary>
internal sealed unsafe class VfioUserClientMemory(EmulatedDmaDomain domain)
{
    /// <summary>How many ranges a client can give.</summary>
    public const int MostRanges = 4096;

    private readonly SortedList<ulong, (ulong Size, DmaRegion? Region)> _ranges = [];

    /// <summary>Takes a range.</summary>
    /// <param name="map">The checked request.</param>
    /// <param name="file">What came along, or null; the caller closes it.</param>
    /// <exception cref="VfioUserProtocolException">It overlaps another, or its file does not hold it.</exception>
    public void Map(in VfioUserDmaMap map, FileDescriptor? file)
    {
        foreach (var (first, range) in _ranges)
        {
            if (map.Address < first + range.Size && first < map.Address + map.Size)
                throw new VfioUserProtocolException("a range of memory overlaps one that is mapped", Errno.EEXIST);
        }

        if (_ranges.Count >= MostRanges)
            throw new VfioUserProtocolException($"more than {MostRanges} ranges of memory are to be mapped", Errno.ENOSPC);
        const VfioUserDmaMapFlags both = VfioUserDmaMapFlags.Read | VfioUserDmaMapFlags.Write;
        var region = file is not null && (map.Flags & both) == both ? MapFile(map, file) : null;
        try
        {
            if (region is not null)
                domain.Map(region, new Iova(map.Address));
        }
        catch (NvmeSetupException e)
        {
            Free(region);
            throw new VfioUserProtocolException(e.Message);
        }

        _ranges.Add(map.Address, (map.Size, region));
    }

    /// <summary>Takes a range back: when it returns the controller touches it no more.</summary>
    /// <exception cref="VfioUserProtocolException">There is no such range.</exception>
    public void Unmap(ulong address, ulong size)
    {
        if (!_ranges.TryGetValue(address, out var range) || range.Size != size)
            throw new VfioUserProtocolException($"no range of {size} bytes is mapped at 0x{address:x}", Errno.ENOENT);
        if (range.Region is { } region)
            domain.Unmap(region, new Iova(address));
        Free(range.Region);
        _ranges.Remove(address);
    }

    /// <summary>Takes all ranges back.</summary>
    public void UnmapAll()
    {
        while (_ranges.Count > 0)
            Unmap(_ranges.GetKeyAtIndex(0), _ranges.GetValueAtIndex(0).Size);
    }

    private static DmaRegion MapFile(in VfioUserDmaMap map, FileDescriptor file)
    {
        var end = (long)LibC.lseek(file.Number, 0, LibC.SEEK_END);
        // A touch behind the end of the file would be a SIGBUS.
        if (end < 0 || map.Offset + map.Size > (ulong)end)
            throw new VfioUserProtocolException($"{map.Size} bytes at {map.Offset} of a file are to be mapped that has {end}");
        var memory = LibC.mmap(null, (size_t)map.Size, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, file.Number, (long)map.Offset);
        if (memory == LibC.MAP_FAILED)
            throw new VfioUserProtocolException($"a file cannot be mapped: {Errno.DescribeLast()}", Errno.Last);
        return new DmaRegion(0, (nint)memory, (nuint)map.Size, 4096, null);
    }

    private static void Free(DmaRegion? region)
    {
        if (region is not null)
            _ = LibC.munmap((void*)region.Address, (size_t)(ulong)region.Length);
    }
}
