using System.Collections.Concurrent;
using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Data;

/// <summary>Extents as the kernel's driver writes and reads them, through the page cache.</summary>
internal static class KernelSide
{
    public static void Write(GuestController controller, IReadOnlyList<Extent> extents)
    {
        using var disk = KernelDisk.Open(controller);
        var memory = new byte[extents.Max(extent => extent.Length)];
        foreach (var extent in extents.OrderBy(extent => extent.Offset))
        {
            extent.Fill(memory.AsSpan(0, extent.Length));
            disk.Write(memory.AsSpan(0, extent.Length), extent.Offset);
        }
        disk.Flush();
    }

    public static ConcurrentDictionary<Extent, string> Hashes(GuestController controller, IReadOnlyList<Extent> extents)
    {
        using var disk = KernelDisk.Open(controller);
        var hashes = new ConcurrentDictionary<Extent, string>();
        Parallel.ForEach(extents.OrderBy(extent => extent.Offset), extent => hashes[extent] = extent.InMemory(memory =>
        {
            disk.Read(memory.Span, extent.Offset);
            return Extent.Hash(memory.Span);
        }));
        return hashes;
    }
}
