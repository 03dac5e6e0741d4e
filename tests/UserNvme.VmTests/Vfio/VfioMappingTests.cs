using UserNvme.Memory;
using UserNvme.Transports.Vfio;
using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Vfio;

/// <summary>What the container lets be mapped, and what it says when it does not.</summary>
public sealed class VfioMappingTests : IDisposable
{
    private const int Length = 4 << 20;
    private static readonly Iova s_iova = new(0x4000_0000);

    private readonly BoundControllers _bound = new(GuestController.Data512);
    private readonly PinnedMemory _memory = new(Length);
    private readonly VfioTransport _transport = VfioTransport.Open(GuestController.Data512.Address);

    private IDmaDomain Domain => _transport.Domain;

    public void Dispose()
    {
        _transport.Dispose();
        _memory.Dispose();
        _bound.Dispose();
    }

    [Fact]
    public void The_ranges_leave_out_the_window_of_interrupt_messages()
    {
        Assert.DoesNotContain(Domain.AllowedRanges, range => range.First <= 0xFEEF_FFFF && range.Last >= 0xFEE0_0000);
        Assert.NotEmpty(Domain.AllowedRanges);
        Assert.NotEqual(0ul, Domain.PageSizes & 4096);
    }

    [Fact]
    public void The_budget_goes_down_by_one_with_each_mapping_and_up_again()
    {
        var before = Domain.MappingsAvailable;

        Domain.Map(_memory.Region, s_iova);
        var during = Domain.MappingsAvailable;
        Domain.Unmap(_memory.Region, s_iova);

        Assert.Equal(before - 1, during);
        Assert.Equal(before, Domain.MappingsAvailable);
    }

    [Fact]
    public void Unmapping_what_is_not_mapped_is_an_error_and_no_silent_success()
    {
        var error = Assert.Throws<NvmeSetupException>(() => Domain.Unmap(_memory.Region, s_iova));

        Assert.Contains("unmapped 0 of 4,194,304 bytes", error.Message);
        Assert.Contains("must not be used again", error.Message);
    }

    [Theory]
    [InlineData(0xFEE0_0000)] // Interrupt messages.
    [InlineData(0xFEDF_F000)] // Runs into them.
    [InlineData(1ul << 52)] // Wider than any address width.
    public void Memory_outside_the_ranges_is_refused(ulong iova)
    {
        var error = Assert.Throws<NvmeSetupException>(() => Domain.Map(_memory.Region, new Iova(iova)));

        Assert.Equal(SetupProblem.Unsupported, error.Problem);
    }

    [Fact]
    public void Address_0_is_never_mapped() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Domain.Map(_memory.Region, new Iova(0)));

    [Fact]
    public void A_memlock_limit_that_is_too_small_is_told_with_what_is_needed()
    {
        using var limit = new MemlockLimit(1 << 20);

        LesserThread.RunWithMemlockLimit(() =>
        {
            var error = Assert.Throws<NvmeSetupException>(() => Domain.Map(_memory.Region, s_iova));

            Assert.Equal(SetupProblem.MemlockTooSmall, error.Problem);
            Assert.Contains("4 MiB", error.Message);
            Assert.Contains("1,048,576 bytes", error.Message);
            Assert.Contains("ulimit -l 4096", error.Message);
        });
        Domain.Map(_memory.Region, s_iova); // Root is not bound by it, and the refusal left nothing behind.
        Domain.Unmap(_memory.Region, s_iova);
    }

    [Fact]
    public void A_used_up_budget_names_the_parameter()
    {
        // The limit is taken when a container is made; a region of 1 page in each IOVA page uses it up.
        const string parameter = "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit";
        var before = File.ReadAllText(parameter);
        _transport.Dispose();
        File.WriteAllText(parameter, "3");
        using var small = VfioTransport.Open(GuestController.Data512.Address);
        File.WriteAllText(parameter, before);
        for (var i = 0; i < 3; i++)
            small.Domain.Map(_memory.Region, new Iova(s_iova.Value + ((ulong)i * Length)));

        var error = Assert.Throws<NvmeSetupException>(() => small.Domain.Map(_memory.Region, new Iova(s_iova.Value + (3 * Length))));

        Assert.Equal(SetupProblem.TooManyMappings, error.Problem);
        Assert.Contains("dma_entry_limit", error.Message);
    }
}
