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
            // QEMU's controllers offer them, so all tests of the guest are tests of them.
            Assert.True(session.Controller.UsesShadowDoorbells);
            extents = Patterns.Corners(session.Device.Info.BlockSize, session.Device.Info.MaxTransferBytes);
            await session.WriteAsync(extents);
            await session.Device.FlushAsync();
        }

        Assert.Equal(blockSize, extents[0].Length);
        Extent.AssertContents(extents, KernelSide.Hashes(controller, extents));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    public async Task What_the_kernel_writes_UserNvme_reads(int blockSize)
    {
        var controller = WithBlocksOf(blockSize);
        var extents = Patterns.Corners(blockSize, 512 << 10).Select(extent => extent with { Seed = extent.Seed + 1000 }).ToList();
        KernelSide.Write(controller, extents);

        await using var session = await Session.OpenAsync(controller);
        var found = await session.HashesAsync(extents);

        Extent.AssertContents(extents, found);
    }

    private static GuestController WithBlocksOf(int blockSize) => blockSize == 512 ? GuestController.Data512 : GuestController.Data4096;
}
