using UserNvme.Interop;
using UserNvme.Memory;
using UserNvme.Transports.Vfio;

namespace UserNvme.Tests.Transports.Vfio;

public sealed class VfioMapErrorTests
{
    private static readonly DmaRegion s_region = new(0, unchecked((nint)0x7f00_0000_0000), 512 << 20, 2 << 20, null);
    private static readonly LockedMemory s_tight = new(Limit: 8 << 20, Locked: 4 << 20);
    private static readonly LockedMemory s_ample = new(Limit: 1ul << 40, Locked: 0);

    [Fact]
    public void A_memlock_limit_that_is_too_small_is_named_with_what_is_needed_and_how_to_raise_it()
    {
        var error = Create(Errno.ENOMEM, s_tight);

        Assert.Equal(SetupProblem.MemlockTooSmall, error.Problem);
        Assert.Contains("516 MiB", error.Message);
        Assert.Contains("8,388,608 bytes", error.Message);
        Assert.Contains("ulimit -l 528384", error.Message);
        Assert.Contains("LimitMEMLOCK=516M", error.Message);
    }

    [Fact]
    public void Out_of_memory_within_the_limit_is_not_blamed_on_it()
    {
        var error = Create(Errno.ENOMEM, s_ample);

        Assert.Equal(SetupProblem.NoMemory, error.Problem);
    }

    [Fact]
    public void A_used_up_budget_names_the_module_parameter_and_its_value()
    {
        var error = VfioMapError.TooManyMappings("the container", 65535);

        Assert.Equal(SetupProblem.TooManyMappings, error.Problem);
        Assert.Contains("65,535", error.Message);
        Assert.Contains("dma_entry_limit", error.Message);
    }

    [Theory]
    [InlineData(Errno.ENOSPC, SetupProblem.TooManyMappings)]
    [InlineData(Errno.EPERM, SetupProblem.NoPermission)]
    [InlineData(Errno.EFAULT, SetupProblem.Unsupported)]
    [InlineData(Errno.EINVAL, SetupProblem.Unsupported)]
    [InlineData(Errno.EEXIST, SetupProblem.SystemError)]
    [InlineData(Errno.EAGAIN, SetupProblem.SystemError)]
    public void Every_refusal_is_one_sentence_that_names_the_domain(int errno, SetupProblem problem)
    {
        var error = Create(errno, s_ample);

        Assert.Equal(problem, error.Problem);
        Assert.Contains("the container of 0000:01:00.0", error.Message);
        Assert.Matches(@"^[A-Z].*\.$", error.Message);
    }

    private static NvmeSetupException Create(int errno, LockedMemory locked) =>
        VfioMapError.Create(errno, "the container of 0000:01:00.0", s_region, new Iova(0x10_0000), locked);
}
