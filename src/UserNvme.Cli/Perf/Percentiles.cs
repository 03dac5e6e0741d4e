namespace UserNvme.Cli.Perf;

/// <summary>Which percentiles are told.</summary>
internal static class Percentiles
{
    /// <summary>spdk_nvme_perf's.</summary>
    public static IReadOnlyList<double> Spdk { get; } = [1, 10, 25, 50, 75, 90, 95, 98, 99, 99.5, 99.9, 99.99, 99.999, 99.9999, 99.99999];

    /// <summary>fio's default list, and its nines to the end.</summary>
    public static IReadOnlyList<double> Fio { get; } =
        [1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.999, 99.9999, 99.99999];
}
