using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Data;

/// <summary>Many sizes in random order, many at a time. They take minutes without hardware help, so one boot runs them.</summary>
public class RandomSizesTests
{
    [Fact]
    public async Task Ten_thousand_random_sizes_written_by_UserNvme_are_read_by_the_kernel()
    {
        var extents = Patterns.Random(10_000, seed: 1);

        await using (var session = await Session.OpenAsync(GuestController.Data512)) await session.WriteAsync(extents);

        Extent.AssertContents(extents, KernelSide.Hashes(GuestController.Data512, extents));
    }

    [Fact]
    public async Task Ten_thousand_random_sizes_written_by_the_kernel_are_read_by_UserNvme()
    {
        var extents = Patterns.Random(10_000, seed: 2);
        KernelSide.Write(GuestController.Data512, extents);

        await using var session = await Session.OpenAsync(GuestController.Data512);
        var found = await session.HashesAsync(extents);

        Extent.AssertContents(extents, found);
    }
}
