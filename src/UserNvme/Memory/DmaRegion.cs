using Microsoft.Win32.SafeHandles;

namespace UserNvme.Memory;

/// <summary>
/// One stretch of pinned memory that is mapped for devices as a whole: a heap's hugepages, or memory that a caller registered.
/// </summary>
public sealed class DmaRegion
{
    internal DmaRegion(int index, nint address, nuint length, int pageSize, SafeFileHandle? file)
    {
        Index = index;
        Address = address;
        Length = length;
        PageSize = pageSize;
        File = file;
    }

    /// <summary>The region's number in its heap: the index into each domain's table of deltas.</summary>
    public int Index { get; }

    /// <summary>The first byte, aligned to <see cref="PageSize"/>.</summary>
    public nint Address { get; }

    /// <summary>Bytes; a multiple of <see cref="PageSize"/>.</summary>
    public nuint Length { get; }

    /// <summary>The size in bytes of the pages behind it.</summary>
    public int PageSize { get; }

    /// <summary>The memfd behind the region, mapped shared from offset 0; null for memory that a caller registered.</summary>
    public SafeFileHandle? File { get; }
}
