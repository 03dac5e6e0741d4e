using System.Runtime.InteropServices;
using Tmds.Linux;

namespace UserNvme.Interop;

/// <summary>
/// What Tmds.LibC lacks for DMA memory: the sizes of hugetlb memfds, populating at once (Linux 5.14), and the preferred NUMA node of
/// a mapping. The numbers are those of &lt;linux/memfd.h&gt;, &lt;linux/mman.h&gt;, &lt;linux/mempolicy.h&gt; and &lt;asm/unistd.h&gt;.
/// </summary>
internal static unsafe class MemoryCalls
{
    /// <summary>memfd_create: 2 MB hugepages (21 &lt;&lt; MFD_HUGE_SHIFT).</summary>
    public const uint MFD_HUGE_2MB = 21u << 26;

    /// <summary>memfd_create: 1 GB hugepages (30 &lt;&lt; MFD_HUGE_SHIFT).</summary>
    public const uint MFD_HUGE_1GB = 30u << 26;

    /// <summary>madvise: faults every page in for writing, and fails instead of a later SIGBUS.</summary>
    public const int MADV_POPULATE_WRITE = 23;

    /// <summary>fcntl F_ADD_SEALS: no more seals can be added.</summary>
    public const int F_SEAL_SEAL = 1;

    /// <summary>fcntl F_ADD_SEALS: the file cannot get smaller.</summary>
    public const int F_SEAL_SHRINK = 2;

    /// <summary>fcntl F_ADD_SEALS: the file cannot grow.</summary>
    public const int F_SEAL_GROW = 4;

    private const int MpolPreferred = 1;
    private const int NodeMaskWords = 16;

    // Tmds.LibC has no number for it, and 237 is another call on arm64.
    private static int SysMbind => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 237 : 235;

    /// <summary>
    /// Asks for the pages of a mapping from one NUMA node; they come from elsewhere when the node has none. Before the first touch only.
    /// </summary>
    /// <param name="address">Start of the mapping, page-aligned.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="node">The node, 0..1023.</param>
    /// <returns>0, or the error number.</returns>
    public static int PreferNode(nint address, nuint length, int node)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(node);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(node, NodeMaskWords * 64);
        var mask = stackalloc ulong[NodeMaskWords];
        new Span<ulong>(mask, NodeMaskWords).Clear();
        mask[node / 64] = 1UL << (node % 64);

        // The kernel takes maxnode as one more than the number of bits it reads.
        var result = (ssize_t)LibC.syscall(SysMbind, (void*)address, (size_t)length, MpolPreferred, mask, (NodeMaskWords * 64) + 1, 0);
        return result == 0 ? 0 : Errno.Last;
    }
}
