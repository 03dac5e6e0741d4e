using System.Reflection;
using System.Runtime;
using System.Runtime.InteropServices;
using UserNvme.Cli.Commands;

namespace UserNvme.Cli.Perf.Report;

/// <summary>The machine and the runtime, as far as they decide how fast a run is. What cannot be read is left out.</summary>
internal static class MachineFacts
{
    public static IEnumerable<(string Name, string Value)> Read(IReadOnlyList<PerfTarget> targets)
    {
        yield return ("Processor", FirstValue("/proc/cpuinfo", "model name") is { } model ? $"{model}, {Environment.ProcessorCount} CPUs" : $"{Environment.ProcessorCount} CPUs");
        yield return ("Memory", ByteSize.Describe(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes));
        yield return ("DMA memory", ByteSize.Describe(targets.Select(target => target.Controller.Heap).Distinct().Sum(heap => heap.CommittedBytes)));
        if (FirstLine("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor") is { } governor)
            yield return ("Frequency governor", governor);
        if (FirstLine("/sys/devices/system/cpu/isolated") is { Length: > 0 } isolated)
            yield return ("Isolated CPUs", isolated);
        yield return ("System", RuntimeInformation.OSDescription);
        if (FirstLine("/proc/sys/kernel/osrelease") is { } kernel)
            yield return ("Kernel", kernel);
        yield return ("Runtime", $"{RuntimeInformation.FrameworkDescription}, {(JitInfo.GetCompiledMethodCount() > 0 ? "JIT" : "native code (AOT)")}");
        yield return ("Garbage collector", $"{(GCSettings.IsServerGC ? "server" : "workstation")}, {GCSettings.LatencyMode}");
        if (typeof(MachineFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>() is { } version)
            yield return ("usernvme", version.InformationalVersion.Split('+')[0]);
    }

    private static string? FirstValue(string path, string key) =>
        Lines(path).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?.Split([':', '='], 2)[^1].Trim();

    private static string? FirstLine(string path) => Lines(path).FirstOrDefault();

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
