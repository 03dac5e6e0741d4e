using System.Collections.Concurrent;
using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Data;

/// <summary>What one driver writes the other one reads: UserNvme and the kernel's, in turns on the same controller.</summary>
public class DataTests
{
    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    public async Task What_UserNvme_writes_the_kernel_reads(int blockSize)
    {
        var controller = WithBlocksOf(blockSize);
        IReadOnlyList<Extent> extents;

        await using (var session = await Session.OpenAsync(controller))
        {
            extents = Patterns.Corners(session.Device.Info.BlockSize, session.Device.Info.MaxTransferBytes);
            await session.WriteAsync(extents);
            await session.Device.FlushAsync();
        }

        Assert.Equal(blockSize, extents[0].Length);
        AssertContents(extents, KernelHashes(controller, extents));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    public async Task What_the_kernel_writes_UserNvme_reads(int blockSize)
    {
        var controller = WithBlocksOf(blockSize);
        var extents = Patterns.Corners(blockSize, 512 << 10).Select(extent => extent with { Seed = extent.Seed + 1000 }).ToList();
        KernelWrite(controller, extents);

        await using var session = await Session.OpenAsync(controller);
        var found = await session.HashesAsync(extents);

        AssertContents(extents, found);
    }

    [Fact]
    public async Task Ten_thousand_random_sizes_written_by_UserNvme_are_read_by_the_kernel()
    {
        var extents = Patterns.Random(10_000, seed: 1);

        await using (var session = await Session.OpenAsync(GuestController.Data512)) await session.WriteAsync(extents);

        AssertContents(extents, KernelHashes(GuestController.Data512, extents));
    }

    [Fact]
    public async Task Ten_thousand_random_sizes_written_by_the_kernel_are_read_by_UserNvme()
    {
        var extents = Patterns.Random(10_000, seed: 2);
        KernelWrite(GuestController.Data512, extents);

        await using var session = await Session.OpenAsync(GuestController.Data512);
        var found = await session.HashesAsync(extents);

        AssertContents(extents, found);
    }

    private static GuestController WithBlocksOf(int blockSize) => blockSize == 512 ? GuestController.Data512 : GuestController.Data4096;

    private static void KernelWrite(GuestController controller, IReadOnlyList<Extent> extents)
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

    private static ConcurrentDictionary<Extent, string> KernelHashes(GuestController controller, IReadOnlyList<Extent> extents)
    {
        using var disk = KernelDisk.Open(controller);
        var hashes = new ConcurrentDictionary<Extent, string>();
        Parallel.ForEach(extents.OrderBy(extent => extent.Offset), extent =>
        {
            var memory = GC.AllocateUninitializedArray<byte>(extent.Length);
            disk.Read(memory, extent.Offset);
            hashes[extent] = Extent.Hash(memory);
        });
        return hashes;
    }

    private static void AssertContents(IReadOnlyList<Extent> extents, IReadOnlyDictionary<Extent, string> found)
    {
        Assert.Equal(extents.Count, found.Count);
        var wrong = extents.AsParallel().Where(extent => found[extent] != extent.ExpectedHash()).Select(extent => extent.ToString()).ToList();
        Assert.Empty(wrong);
    }
}
