using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UserNvme.Interop;

/// <summary>Which CPUs a thread runs on.</summary>
internal static unsafe class ThreadAffinity
{
    /// <summary>The CPUs that the calling thread may run on, ascending.</summary>
    public static IReadOnlyList<int> Allowed()
    {
        cpu_set_t set;
        CPU_ZERO(&set);
        if (sched_getaffinity(0, sizeof(cpu_set_t), &set) < 0)
            throw new NvmeSetupException(SetupProblem.SystemError, "", $"The CPUs that this process may use cannot be read: {Errno.DescribeLast()}.");
        var allowed = new List<int>();
        for (var cpu = 0; cpu < CPU_SETSIZE; cpu++)
        {
            if (CPU_ISSET(cpu, &set)) allowed.Add(cpu);
        }

        return allowed;
    }

    /// <summary>Pins the calling thread to a CPU.</summary>
    /// <exception cref="NvmeSetupException">There is no such CPU, or the process may not run on it.</exception>
    public static void PinTo(int cpu)
    {
        cpu_set_t set;
        CPU_ZERO(&set);
        if (cpu >= 0 && cpu < CPU_SETSIZE)
        {
            CPU_SET(cpu, &set);
            if (sched_setaffinity(0, sizeof(cpu_set_t), &set) == 0) return;
        }

        throw new NvmeSetupException(SetupProblem.Unsupported, "",
            $"There is no CPU {cpu} that this process may run on: it may run on {string.Join(",", Allowed())}.");
    }
}
