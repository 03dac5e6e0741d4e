namespace UserNvme.Cli.Machine;

/// <summary>The hugepages of one size on one NUMA node.</summary>
/// <param name="Node">The NUMA node; -1 where the kernel knows no nodes.</param>
/// <param name="PageSize">The size of one page, in bytes.</param>
/// <param name="Total">How many pages are reserved.</param>
/// <param name="Free">How many of them nobody uses.</param>
internal sealed record HugepagePool(int Node, long PageSize, long Total, long Free);
