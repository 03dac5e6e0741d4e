namespace UserNvme.DeviceTests.Device;

/// <summary>The processors that reactors run on.</summary>
internal static class Cores
{
    /// <summary>Two of them, or the one that there is.</summary>
    public static IReadOnlyList<int> Two { get; } = [.. Enumerable.Range(0, Math.Min(2, Environment.ProcessorCount))];
}
