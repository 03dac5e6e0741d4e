using UserNvme.Interop;

namespace UserNvme.Tests.Interop;

public sealed class LockedMemoryTests
{
    [Fact]
    public void What_is_locked_comes_from_the_status_file()
    {
        Assert.Equal(2048ul * 1024, LockedMemory.ReadLocked(["VmPeak:\t  100 kB", "VmLck:\t    2048 kB", "VmPin:\t 7 kB"]));
        Assert.Equal(0ul, LockedMemory.ReadLocked(["VmPeak:\t  100 kB"]));
    }

    [Theory]
    [InlineData(100, 0, 100, false)]
    [InlineData(100, 1, 100, true)]
    [InlineData(100, 0, 101, true)]
    [InlineData(100, 200, 0, true)]
    [InlineData(100, 50, ulong.MaxValue, true)]
    [InlineData(ulong.MaxValue, 50, ulong.MaxValue, false)]
    public void The_limit_counts_what_is_locked_and_what_is_asked_for(ulong limit, ulong locked, ulong bytes, bool tooSmall) =>
        Assert.Equal(tooSmall, new LockedMemory(limit, locked).IsTooSmallFor(bytes));
}
