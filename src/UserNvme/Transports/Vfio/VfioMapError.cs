using System.Globalization;
using UserNvme.Interop;
using UserNvme.Memory;

namespace UserNvme.Transports.Vfio;

/// <summary>Turns the error number of a refused DMA mapping into a sentence that says what to raise, and to what.</summary>
internal static class VfioMapError
{
    private const string EntryLimitFile = "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit";
    private const ulong Mebibyte = 1 << 20;

    /// <summary>The error for a mapping that the kernel refused.</summary>
    /// <param name="error">The error number, positive.</param>
    /// <param name="domain">The container's name.</param>
    /// <param name="region">What was to be mapped.</param>
    /// <param name="iova">Where it was to be mapped.</param>
    /// <param name="locked">This process's locked memory and its limit.</param>
    public static NvmeSetupException Create(int error, string domain, DmaRegion region, Iova iova, LockedMemory locked)
    {
        if (error == Errno.ENOMEM)
            return locked.IsTooSmallFor(region.Length) ? MemlockTooSmall(domain, region.Length, locked) : Of(SetupProblem.NoMemory,
                $"The kernel has no memory left to map {region.Length:N0} bytes for {domain}: free some, or use fewer or larger pages.");
        if (error == Errno.ENOSPC)
            return TooManyMappings(domain);
        if (error == Errno.EPERM)
            return Of(SetupProblem.NoPermission,
                $"The kernel does not let this process pin the memory at 0x{region.Address:x} for {domain}: run it with the limits and capabilities of the user who owns the memory.");
        if (error == Errno.EFAULT)
            return Of(SetupProblem.Unsupported,
                $"The memory at 0x{region.Address:x} ({region.Length:N0} bytes) cannot be pinned for {domain}: use anonymous, shared or hugepage memory that is mapped readable and writable.");
        if (error == Errno.EEXIST)
            return Of(SetupProblem.SystemError,
                $"There is a mapping inside the {region.Length:N0} bytes at {iova} of {domain} already: this is a fault of the caller's IOVA bookkeeping.");
        if (error == Errno.EINVAL)
            return Of(SetupProblem.Unsupported,
                $"The IOMMU behind {domain} cannot map {region.Length:N0} bytes at {iova} from address 0x{region.Address:x}: address, IOVA and length have to be multiples of its page size, inside its ranges.");
        return Of(SetupProblem.SystemError,
            $"The kernel refused to map {region.Length:N0} bytes at {iova} for {domain}: {Errno.Describe(error)}.");
    }

    /// <summary>The error for a container whose mapping budget is used up.</summary>
    public static NvmeSetupException TooManyMappings(string domain) => TooManyMappings(domain, ReadEntryLimit());

    internal static NvmeSetupException TooManyMappings(string domain, long? limit) => Of(SetupProblem.TooManyMappings, string.Create(
        CultureInfo.InvariantCulture,
        $"No DMA mapping is left in {domain}{(limit is { } l ? $" (the limit is {l:N0})" : "")}: use larger hugepages, or raise the limit with the parameter dma_entry_limit of the module vfio_iommu_type1."));

    private static NvmeSetupException MemlockTooSmall(string domain, ulong length, LockedMemory locked)
    {
        var needed = (locked.Locked + length + Mebibyte - 1) / Mebibyte;
        return Of(SetupProblem.MemlockTooSmall, string.Create(CultureInfo.InvariantCulture,
            $"DMA memory of {domain} needs {needed:N0} MiB of locked memory ({length:N0} bytes more than the {locked.Locked:N0} locked now), but RLIMIT_MEMLOCK is {locked.Limit:N0} bytes: raise it with 'ulimit -l {needed * 1024}', LimitMEMLOCK={needed}M in the systemd unit or /etc/security/limits.conf."));
    }

    private static long? ReadEntryLimit()
    {
        try
        {
            return long.Parse(File.ReadAllText(EntryLimitFile), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    private static NvmeSetupException Of(SetupProblem problem, string message) => new(problem, "", message);
}
