using System.Globalization;
using UserNvme.Cli.Machine;

namespace UserNvme.Cli.Doctor;

/// <summary>Limits of the control group (containers, systemd slices), and a sysfs that may only be read.</summary>
internal static class ContainerChecks
{
    public static IEnumerable<CheckResult> Run(Patient patient)
    {
        var limits = Limits(patient).Where(limit => limit.Bytes < MemoryChecks.NeededBytes).ToList();
        if (limits.Count == 0)
            yield return CheckResult.Passed("control group", "no limit on memory or hugepages is too small");
        foreach (var (file, bytes) in limits)
        {
            yield return CheckResult.Failed("control group", $"{file} is {Sizes.Describe(bytes)}",
                $"allow {Sizes.Describe(MemoryChecks.NeededBytes)} or more (docker run --memory; resources.limits and hugepages-2Mi in Kubernetes; MemoryMax= in systemd)");
        }

        if (SysfsIsReadOnly(patient))
            yield return CheckResult.Note("sysfs", $"{patient.Host.Sys} is mounted read-only, as in containers", "run 'usernvme bind' and 'usernvme unbind' on the host");
    }

    // Every level of the hierarchy has limits of its own, and the smallest counts. A hugepage limit of 0 on a size that has no pages is usual.
    private static IEnumerable<(string File, long Bytes)> Limits(Patient patient)
    {
        var root = Path.Combine(patient.Host.Sys, "fs/cgroup");
        var sizesInUse = HugepagePools.Read(patient.Host).Where(pool => pool.Total > 0).Select(pool => $"hugetlb.{HugepageName(pool.PageSize)}.max").Distinct();
        var names = sizesInUse.Prepend("memory.max").ToList();
        for (var directory = OwnGroup(patient, root); directory.Length >= root.Length; directory = Path.GetDirectoryName(directory)!)
        {
            foreach (var name in names)
            {
                var file = Path.Combine(directory, name);
                if (File.Exists(file) && long.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
                    yield return (file, bytes);
            }
        }
    }

    // "0::/system.slice/a.service"; from inside a container the path may lead nowhere, then its own group is the root.
    private static string OwnGroup(Patient patient, string root)
    {
        var file = Path.Combine(patient.Host.Proc, "self/cgroup");
        var line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith("0::/", StringComparison.Ordinal)) : null;
        var directory = line is null ? root : Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.Combine(root, line["0::/".Length..])));
        return directory.StartsWith(root, StringComparison.Ordinal) && Directory.Exists(directory) ? directory : root;
    }

    private static string HugepageName(long bytes) => bytes >= 1L << 30 ? $"{bytes >> 30}GB" : bytes >= 1L << 20 ? $"{bytes >> 20}MB" : $"{bytes >> 10}KB";

    // 22 27 0:21 / /sys ro,nosuid - sysfs sysfs ro
    private static bool SysfsIsReadOnly(Patient patient)
    {
        var file = Path.Combine(patient.Host.Proc, "self/mountinfo");
        return File.Exists(file) && File.ReadLines(file)
            .Select(line => line.Split(' '))
            .Any(fields => fields.Length > 6 && fields[4] == patient.Host.Sys && fields[5].Split(',').Contains("ro"));
    }
}
