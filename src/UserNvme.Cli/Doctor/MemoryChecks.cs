using UserNvme.Cli.Machine;

namespace UserNvme.Cli.Doctor;

/// <summary>Hugepages and the limit on pinned memory.</summary>
internal static class MemoryChecks
{
    /// <summary>What a controller with its queues and one region of the DMA heap (64 MiB) needs, with room for a second region.</summary>
    public const long NeededBytes = 128L << 20;

    public static IEnumerable<CheckResult> Run(Patient patient)
    {
        yield return Hugepages(patient);

        var limit = MemlockLimit.Read(patient.Host);
        var words = limit.Soft is { } soft ? Sizes.Describe(soft) : "unlimited";
        yield return limit.Allows(NeededBytes)
            ? CheckResult.Passed("locked memory", limit.IsIgnored ? "no limit (CAP_IPC_LOCK)" : words)
            : CheckResult.Failed("locked memory", $"RLIMIT_MEMLOCK is {words}",
                $"allow {Sizes.Describe(NeededBytes)} or more: 'ulimit -l unlimited', LimitMEMLOCK=infinity in the systemd unit, or 'memlock' in /etc/security/limits.conf");
    }

    private static CheckResult Hugepages(Patient patient)
    {
        var pools = HugepagePools.Read(patient.Host);
        var free = pools.Sum(pool => pool.PageSize * pool.Free);
        if (free >= NeededBytes)
            return CheckResult.Passed("hugepages", $"{Sizes.Describe(free)} free");
        var total = pools.Sum(pool => pool.PageSize * pool.Total);
        var finding = total == 0 ? "none reserved" : $"{Sizes.Describe(free)} of {Sizes.Describe(total)} free";
        return CheckResult.Failed("hugepages", finding,
            $"reserve {Sizes.Describe(NeededBytes)} or more: 'echo 256 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages' as root, and vm.nr_hugepages=256 in /etc/sysctl.d to keep them");
    }
}
