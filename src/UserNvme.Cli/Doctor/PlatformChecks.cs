using System.Runtime.InteropServices;

namespace UserNvme.Cli.Doctor;

/// <summary>Processor, C library and kernel version.</summary>
internal static class PlatformChecks
{
    // VFIO tells the mappings that are left (DMA_AVAIL) since 5.10; IOVA ranges are older.
    private static readonly Version s_leastKernel = new(5, 10);

    public static IEnumerable<CheckResult> Run(Patient patient)
    {
        yield return patient.Architecture == Architecture.X64
            ? CheckResult.Passed("processor", "x64")
            : CheckResult.Failed("processor", patient.Architecture.ToString(), "the driver runs on x64 only: other processors need memory barriers that .NET does not offer");
        yield return HasGlibc(patient)
            ? CheckResult.Passed("C library", "glibc")
            : CheckResult.Failed("C library", "not glibc", "use a distribution with glibc; musl (Alpine) is not supported");
        yield return Kernel(patient);
    }

    private static CheckResult Kernel(Patient patient)
    {
        var release = Text(Path.Combine(patient.Host.Proc, "sys/kernel/osrelease")).Trim();
        var numbers = release.Split('.', '-', '+');
        return numbers.Length >= 2 && int.TryParse(numbers[0], out var major) && int.TryParse(numbers[1], out var minor)
            && new Version(major, minor) >= s_leastKernel
            ? CheckResult.Passed("kernel", release)
            : CheckResult.Failed("kernel", release.Length > 0 ? release : "unknown", $"use Linux {s_leastKernel} or later");
    }

    private static bool HasGlibc(Patient patient) =>
        Text(Path.Combine(patient.Host.Proc, "self/maps")) is var maps
        && (maps.Contains("/libc.so.6", StringComparison.Ordinal) || maps.Contains("/libc-2.", StringComparison.Ordinal));

    private static string Text(string path) => File.Exists(path) ? File.ReadAllText(path) : "";
}
