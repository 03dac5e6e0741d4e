using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UserNvme.Cli.Perf;

/// <summary>Which cores threads may run on, and pinning the calling thread to one.</summary>
internal static unsafe class CpuAffinity
{
    /// <summary>The cores that the calling thread may run on, ascending.</summary>
    public static IReadOnlyList<int> Allowed()
    {
        cpu_set_t set = default;
        if (sched_getaffinity(0, sizeof(cpu_set_t), &set) < 0)
            return [.. Enumerable.Range(0, Environment.ProcessorCount)];
        var cores = new List<int>();
        for (var core = 0; core < CoreList.Limit; core++)
        {
            if (CPU_ISSET(core, &set))
                cores.Add(core);
        }

        return cores;
    }

    /// <summary>Binds the calling thread to a core; false where the kernel refuses.</summary>
    public static bool TryPin(int core)
    {
        cpu_set_t set = default;
        CPU_ZERO(&set);
        CPU_SET(core, &set);
        return sched_setaffinity(0, sizeof(cpu_set_t), &set) == 0;
    }
}
