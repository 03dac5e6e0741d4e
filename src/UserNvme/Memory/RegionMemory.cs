using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using UserNvme.Interop;
using static UserNvme.Interop.MemoryCalls;

namespace UserNvme.Memory;

/// <summary>
/// Memory for one region: a sealed memfd, mapped shared, left out of forks and core dumps, and populated, so that a shortage is an error
/// here and not a SIGBUS at some later touch. Its address is a multiple of 2 MB whatever the pages are.
/// </summary>
internal sealed unsafe class RegionMemory
{
    /// <summary>What every region's address and IOVA are multiples of, so that buffers can be aligned up to this.</summary>
    public const int Alignment = 2 << 20;

    private RegionMemory(SafeFileHandle file, nint address, nuint length, int pageSize)
    {
        File = file;
        Address = address;
        Length = length;
        PageSize = pageSize;
    }

    private SafeFileHandle File { get; }

    private nint Address { get; }

    private int PageSize { get; }

    /// <summary>Bytes.</summary>
    public nuint Length { get; }

    /// <summary>The memory as a heap's region.</summary>
    public DmaRegion AsRegion(int index) => new(index, Address, Length, PageSize, File);

    /// <summary>Tries to get memory.</summary>
    /// <param name="length">Bytes, a multiple of the page size.</param>
    /// <param name="pageSize">4 KiB, 2 MB or 1 GB in bytes.</param>
    /// <param name="node">The preferred NUMA node, or -1.</param>
    /// <param name="error">The error number where there is not enough, or the machine has no such pages.</param>
    public static RegionMemory? TryCreate(nuint length, int pageSize, int node, out int error)
    {
        var file = CreateFile(length, pageSize, out error);
        if (file is null) return null;
        var address = MapPopulated((int)file.DangerousGetHandle(), length, pageSize, node, out error);
        if (address != 0) return new RegionMemory(file, address, length, pageSize);
        file.Dispose();
        return null;
    }

    /// <summary>Gives a region's memory back to the kernel. Nothing may touch it any more: no buffer, no device.</summary>
    public static void Free(DmaRegion region)
    {
        Unmap((void*)region.Address, region.Length);
        region.File!.Dispose();
    }

    /// <summary>Checks memory that a caller registers, populates it and keeps it out of forks.</summary>
    /// <exception cref="ArgumentException">It is not aligned, not mapped or not writable.</exception>
    public static void PrepareForeign(nint address, nuint length)
    {
        var page = (nuint)Environment.SystemPageSize;
        if (address == 0 || (nuint)address % page != 0)
            throw new ArgumentException($"Memory to register begins on a multiple of {page} bytes.", nameof(address));
        if (length == 0 || length % page != 0 || length > int.MaxValue)
            throw new ArgumentException($"Memory to register has a length that is a multiple of {page} bytes and below 2 GiB.", nameof(length));

        var error = PopulateNow(address, length);
        if (error != 0 && !IsTooOldToPopulate(address))
            throw new ArgumentException($"The memory at 0x{address:x} cannot be registered, it has to be mapped and writable: {Errno.Describe(error)}.", nameof(address));
        _ = LibC.madvise((void*)address, (size_t)length, LibC.MADV_DONTFORK);
    }

    private static SafeFileHandle? CreateFile(nuint length, int pageSize, out int error)
    {
        var flags = LibC.MFD_CLOEXEC | LibC.MFD_ALLOW_SEALING | pageSize switch
        {
            1 << 30 => LibC.MFD_HUGETLB | MFD_HUGE_1GB,
            2 << 20 => LibC.MFD_HUGETLB | MFD_HUGE_2MB,
            _ => 0u,
        };
        int file;
        fixed (byte* name = "usernvme-dma"u8) file = LibC.memfd_create(name, flags);
        error = file < 0 ? Errno.Last : 0;
        if (file < 0) return null;

        // Sealed for good: whoever else gets this file (a vfio-user peer) cannot take pages away under our feet.
        var handle = new SafeFileHandle(file, ownsHandle: true);
        if (LibC.ftruncate(file, (long)length) == 0 &&
            LibC.fcntl(file, LibC.F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0) return handle;
        error = Errno.Last;
        handle.Dispose();
        return null;
    }

    private static nint MapPopulated(int file, nuint length, int pageSize, int node, out int error)
    {
        var address = MapAligned(file, length, pageSize, out error);
        if (address == 0) return 0;

        // The policy comes before the first touch. A node that does not exist is no reason to fail: it is a preference.
        if (node >= 0) _ = PreferNode(address, length, node);
        error = Populate(file, address, length);
        if (error != 0)
        {
            Unmap((void*)address, length);
            return 0;
        }

        // Neither call can fail on a mapping that was just made. A child after fork must not share pages that a device writes (P41).
        _ = LibC.madvise((void*)address, (size_t)length, LibC.MADV_DONTFORK);
        _ = LibC.madvise((void*)address, (size_t)length, LibC.MADV_DONTDUMP);
        return address;
    }

    // The kernel aligns hugepages itself. For 4 KiB pages more is reserved than needed and the overhang given back.
    private static nint MapAligned(int file, nuint length, int pageSize, out int error)
    {
        error = 0;
        var slack = pageSize < Alignment ? (nuint)Alignment : 0;
        var fixedAt = 0;
        byte* start = null;
        if (slack != 0)
        {
            var reserved = (byte*)LibC.mmap(null, (size_t)(length + slack), LibC.PROT_NONE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE, -1, 0);
            if (reserved == LibC.MAP_FAILED) return Fail(out error);
            start = (byte*)(((nuint)reserved + slack - 1) & ~(slack - 1));
            var before = (nuint)(start - reserved);
            if (before != 0) Unmap(reserved, before);
            Unmap(start + length, slack - before);
            fixedAt = LibC.MAP_FIXED;
        }

        var address = LibC.mmap(start, (size_t)length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED | fixedAt, file, 0);
        if (address != LibC.MAP_FAILED) return (nint)address;
        var failed = Fail(out error);
        if (start != null) Unmap(start, length);
        return failed;

        static nint Fail(out int error)
        {
            error = Errno.Last;
            return 0;
        }
    }

    // fallocate is the way before Linux 5.14: it gets all pages or says so, too, and leaves only the page tables to later.
    private static int Populate(int file, nint address, nuint length)
    {
        var error = PopulateNow(address, length);
        // A hugetlb limit of the cgroup shows as EFAULT (a touch would be a SIGBUS); to the user it is a lack of memory.
        if (error == Errno.EFAULT) return Errno.ENOMEM;
        if (error == 0 || !IsTooOldToPopulate(address)) return error;
        return LibC.fallocate(file, 0, 0, (long)length) == 0 ? 0 : Errno.Last;
    }

    private static int PopulateNow(nint address, nuint length) =>
        LibC.madvise((void*)address, (size_t)length, MADV_POPULATE_WRITE) == 0 ? 0 : Errno.Last;

    // An advice that the kernel knows is always taken for no bytes at all.
    private static bool IsTooOldToPopulate(nint address) => PopulateNow(address, 0) == Errno.EINVAL;

    // Fails only for an address or a length that is not one of a mapping's pages, and these are.
    private static void Unmap(void* address, nuint length) => _ = LibC.munmap(address, (size_t)length);
}
