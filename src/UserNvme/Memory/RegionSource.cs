using Microsoft.Extensions.Logging;
using UserNvme.Interop;

namespace UserNvme.Memory;

/// <summary>
/// Decides what the next region of a heap is made of: the page size asked for, fewer hugepages where there are not enough, and 4 KiB
/// pages with one warning where the choice is left to the driver and there are none.
/// </summary>
internal sealed partial class RegionSource(DmaHeapOptions options, ILogger logger, RegionSource.Factory create)
{
    /// <summary>Asks the kernel; <see cref="RegionMemory.TryCreate"/> outside of tests.</summary>
    public delegate RegionMemory? Factory(nuint length, int pageSize, int node, out int error);

    private const int Small = 4096;
    private const int TwoMegabytes = 2 << 20;
    private const int OneGigabyte = 1 << 30;

    private bool _warned;

    /// <summary>Gets memory for a region.</summary>
    /// <param name="needed">The least it must hold, in bytes.</param>
    /// <param name="room">The most it may have, in bytes, by the heap's limit.</param>
    /// <exception cref="NvmeSetupException">There is not enough memory of the kind asked for, or the heap's limit is reached.</exception>
    public RegionMemory Create(long needed, long room) => options.PageSize switch
    {
        DmaPageSize.FourKilobytes => Small4K(needed, room),
        DmaPageSize.TwoMegabytes => Huge(TwoMegabytes, needed, room),
        DmaPageSize.OneGigabyte => Huge(OneGigabyte, needed, room),
        _ => Automatic(needed, room),
    };

    private RegionMemory Automatic(long needed, long room)
    {
        // A limit that leaves no room for a hugepage is the caller's choice and no reason to warn.
        if (RoundUp(needed, TwoMegabytes) > room) return Small4K(needed, room);
        if (TryHuge(TwoMegabytes, needed, room, out var error) is { } huge) return huge;
        var small = Small4K(needed, room);
        if (!_warned) LogNoHugepages(logger, Errno.Describe(error));
        _warned = true;
        return small;
    }

    private RegionMemory Huge(int pageSize, long needed, long room)
    {
        CheckRoom(RoundUp(needed, pageSize), room);
        return TryHuge(pageSize, needed, room, out var error) ?? throw new NvmeSetupException(SetupProblem.NoMemory, "",
            pageSize == OneGigabyte
                ? $"There are not enough free 1 GB hugepages for {Megabytes(needed)} of DMA memory ({Errno.Describe(error)}): boot with hugepagesz=1G hugepages=N, write N to /sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages, or use 2 MB pages."
                : $"There are not enough free 2 MB hugepages for {Megabytes(needed)} of DMA memory ({Errno.Describe(error)}): reserve some with 'echo 64 > /proc/sys/vm/nr_hugepages', or allow 4 KiB pages.");
    }

    // Half of what was wanted, and half of that, until the kernel has as many or the need is no longer met.
    private RegionMemory? TryHuge(int pageSize, long needed, long room, out int error)
    {
        var least = RoundUp(needed, pageSize);
        for (var length = Wanted(pageSize, least, room); ; length = Math.Max(least, RoundUp(length / 2, pageSize)))
        {
            if (create((nuint)length, pageSize, options.NumaNode, out error) is { } memory) return memory;
            if (length == least) return null;
        }
    }

    private RegionMemory Small4K(long needed, long room)
    {
        var least = RoundUp(needed, Small);
        CheckRoom(least, room);
        var length = Wanted(Small, least, room);
        return create((nuint)length, Small, options.NumaNode, out var error) ?? throw new NvmeSetupException(
            SetupProblem.NoMemory, "", $"The kernel does not give {Megabytes(length)} of DMA memory ({Errno.Describe(error)}): free some memory, or use smaller heap regions.");
    }

    private long Wanted(int pageSize, long least, long room) =>
        Math.Max(least, Math.Min(RoundUp(options.RegionBytes, pageSize), room / pageSize * pageSize));

    private void CheckRoom(long needed, long room)
    {
        if (needed <= room) return;
        throw new NvmeSetupException(SetupProblem.NoMemory, "",
            $"The DMA heap may have {Megabytes(options.MaxBytes)} and {Megabytes(needed)} more are needed: return buffers, or raise the heap's MaxBytes.");
    }

    private static long RoundUp(long value, int pageSize) => (value + pageSize - 1) / pageSize * pageSize;

    private static string Megabytes(long bytes) => bytes < 1 << 20 ? $"{bytes >> 10} KiB" : $"{bytes >> 20} MiB";

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning,
        Message = "DMA memory is made of 4 KiB pages, because too few 2 MB hugepages are free ({Error}); reserve some with 'echo 64 > /proc/sys/vm/nr_hugepages' for fewer TLB misses")]
    private static partial void LogNoHugepages(ILogger logger, string error);
}
