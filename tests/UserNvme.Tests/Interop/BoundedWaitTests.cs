using UserNvme.Interop;

namespace UserNvme.Tests.Interop;

public sealed class BoundedWaitTests
{
    [Fact]
    public void A_wait_ends_when_the_condition_holds()
    {
        var looks = 0;

        Assert.True(BoundedWait.Until(() => ++looks == 3, TimeSpan.FromMinutes(10)));
        Assert.Equal(3, looks);
    }

    [Fact]
    public void A_condition_that_never_holds_ends_with_the_time()
    {
        Assert.False(BoundedWait.Until(() => false, TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void A_device_that_goes_away_ends_the_wait()
    {
        using var removed = new CancellationTokenSource();
        var looks = 0;

        bool Look()
        {
            if (++looks == 2)
                removed.Cancel();
            return false;
        }

        Assert.False(BoundedWait.Until(Look, TimeSpan.FromMinutes(10), removed.Token));
    }
}
