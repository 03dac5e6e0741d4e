using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using UserNvme.Emulation.Dma;
using UserNvme.Interop;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Emulation.Hosts;

/// <summary>
/// The memory that a client of the controller gave, put into the controller's IOMMU with the rights that came along: mapped here where a
/// descriptor came, else reached by messages. Used by one thread.
/// </summary>
internal sealed unsafe class VfioUserClientMemory(EmulatedDmaDomain domain, IRemoteMemory remote)
{
    /// <summary>How many ranges a client can give.</summary>
    public const int MostRanges = 4096;

    private readonly SortedList<ulong, DmaMapping> _ranges = [];

    /// <summary>Takes a range.</summary>
    /// <param name="map">The checked request.</param>
    /// <param name="file">What came along, or null; the caller closes it.</param>
    /// <exception cref="VfioUserProtocolException">It overlaps another, or its file does not hold it.</exception>
    public void Map(in VfioUserDmaMap map, FileDescriptor? file)
    {
        if (domain.Table.Overlaps(map.Address, map.Size))
            throw new VfioUserProtocolException("a range of memory overlaps one that is mapped", Errno.EEXIST);
        if (_ranges.Count >= MostRanges)
            throw new VfioUserProtocolException($"more than {MostRanges} ranges of memory are to be mapped", Errno.ENOSPC);
        var access = (map.Flags.HasFlag(VfioUserDmaMapFlags.Read) ? DmaAccess.Read : 0) | (map.Flags.HasFlag(VfioUserDmaMapFlags.Write) ? DmaAccess.Write : 0);
        var mapping = file is null
            ? new DmaMapping(map.Address, map.Size, remote, access)
            : new DmaMapping(map.Address, map.Size, MapFile(map, file), access);
        try
        {
            domain.Map(mapping);
        }
        catch (NvmeSetupException e)
        {
            Free(mapping);
            throw new VfioUserProtocolException(e.Message);
        }

        _ranges.Add(map.Address, mapping);
    }

    /// <summary>Takes a range back: when it returns the controller touches it no more.</summary>
    /// <exception cref="VfioUserProtocolException">There is no such range.</exception>
    public void Unmap(ulong address, ulong size)
    {
        if (!_ranges.TryGetValue(address, out var mapping) || mapping.Length != size)
            throw new VfioUserProtocolException($"no range of {size} bytes is mapped at 0x{address:x}", Errno.ENOENT);
        domain.Unmap(address, size);
        Free(mapping);
        _ranges.Remove(address);
    }

    /// <summary>Takes all ranges back.</summary>
    public void UnmapAll()
    {
        while (_ranges.Count > 0)
            Unmap(_ranges.GetKeyAtIndex(0), _ranges.GetValueAtIndex(0).Length);
    }

    private static byte* MapFile(in VfioUserDmaMap map, FileDescriptor file)
    {
        var length = LengthOf(file);
        // A touch behind the end of the file is a SIGBUS, which ends this process. This finds ranges that were never there; a client that truncates its
        // file later can still do it. Only a file that is sealed against that (F_SEAL_SHRINK) could not, and those in hugetlbfs, SPDK's and QEMU's, cannot be sealed.
        if (map.Offset + map.Size > (ulong)length)
            throw new VfioUserProtocolException($"{map.Size} bytes at {map.Offset} of a file are to be mapped that has {length}");
        var protection = (map.Flags.HasFlag(VfioUserDmaMapFlags.Read) ? LibC.PROT_READ : 0) | (map.Flags.HasFlag(VfioUserDmaMapFlags.Write) ? LibC.PROT_WRITE : 0);
        var memory = LibC.mmap(null, (size_t)map.Size, protection, LibC.MAP_SHARED, file.Number, (long)map.Offset);
        if (memory == LibC.MAP_FAILED)
            throw new VfioUserProtocolException($"a file cannot be mapped: {Errno.DescribeLast()}", Errno.Last);
        return (byte*)memory;
    }

    // By fstat: the position in the file is the client's own.
    private static long LengthOf(FileDescriptor file)
    {
        using var handle = new SafeFileHandle(file.Number, ownsHandle: false);
        try
        {
            return RandomAccess.GetLength(handle);
        }
        catch (Exception e) when (e is IOException or NotSupportedException or UnauthorizedAccessException)
        {
            throw new VfioUserProtocolException("a descriptor that came with a range of memory is no file that can be mapped");
        }
    }

    private static void Free(in DmaMapping mapping)
    {
        if (mapping.Address != null)
            _ = LibC.munmap(mapping.Address, (size_t)mapping.Length);
    }
}
