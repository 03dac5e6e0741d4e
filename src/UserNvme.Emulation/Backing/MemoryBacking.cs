using System.Globalization;
using System.Runtime.InteropServices;
using Tmds.Linux;
using UserNvme.Spec;

namespace UserNvme.Emulation.Backing;

/// <summary>
/// Data in anonymous memory that the kernel provides page by page as it is touched, so a namespace may be larger than the machine; or all at once.
/// </summary>
internal sealed unsafe class MemoryBacking : BackingStore
{
    // Above this size huge pages would let scattered writes take hundreds of times their size.
    private const long LargestWithHugePages = 16L << 30;
    private readonly long _length;
    private readonly long _pageSize = Environment.SystemPageSize;
    private byte* _base;

    public MemoryBacking(long length, bool populate)
    {
        _length = length;
        var memory = LibC.mmap(null, (size_t)(ulong)length, LibC.PROT_READ | LibC.PROT_WRITE,
            LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE, -1, 0);
        if (memory == LibC.MAP_FAILED)
        {
            throw new NvmeSetupException(SetupProblem.NoMemory, "emulated:", string.Create(CultureInfo.InvariantCulture,
                $"An emulated namespace of {length} bytes does not fit into this process's address space ({Marshal.GetPInvokeErrorMessage(LibC.errno)}): use a smaller size or file=PATH."));
        }

        _base = (byte*)memory;
        if (length <= LargestWithHugePages)
            _ = LibC.madvise(memory, (size_t)(ulong)length, LibC.MADV_HUGEPAGE); // Fewer TLB misses; a kernel without them just says no.
        if (!populate) return;
        try
        {
            Population.Take(_base, length);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override NvmeStatus Read(long offset, byte* destination, long length)
    {
        NativeMemory.Copy(_base + offset, destination, (nuint)length);
        return NvmeStatus.Success;
    }

    public override NvmeStatus Write(long offset, byte* source, long length)
    {
        NativeMemory.Copy(source, _base + offset, (nuint)length);
        return NvmeStatus.Success;
    }

    public override NvmeStatus Zero(long offset, long length)
    {
        // Whole pages go back to the kernel, which gives zeroes for them; the ends are cleared by hand.
        var firstPage = (offset + _pageSize - 1) & -_pageSize;
        var endPage = (offset + length) & -_pageSize;
        if (firstPage >= endPage || LibC.madvise(_base + firstPage, (size_t)(ulong)(endPage - firstPage), LibC.MADV_DONTNEED) != 0)
        {
            NativeMemory.Clear(_base + offset, (nuint)length);
            return NvmeStatus.Success;
        }

        NativeMemory.Clear(_base + offset, (nuint)(firstPage - offset));
        NativeMemory.Clear(_base + endPage, (nuint)(offset + length - endPage));
        return NvmeStatus.Success;
    }

    public override void Dispose()
    {
        if (_base == null) return;
        _ = LibC.munmap(_base, (size_t)(ulong)_length);
        _base = null;
    }
}
