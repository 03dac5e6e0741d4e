using Microsoft.Extensions.Logging;
using Tmds.Linux;
using UserNvme.Memory;

namespace UserNvme.Tests.Memory;

public sealed unsafe class RegisteredMemoryTests : IDisposable
{
    private const int Length = 64 << 10;

    private readonly RecordingLogger _logger = new();
    private readonly RecordingDomain _domain = new();
    private readonly DmaHeap _heap;
    private readonly DmaSpace _space;
    private readonly nint _memory;

    public RegisteredMemoryTests()
    {
        _heap = new DmaHeap(new DmaHeapOptions { PageSize = DmaPageSize.FourKilobytes, RegionBytes = 1 << 20 }, _logger);
        _space = _heap.Attach(_domain);
        _memory = (nint)LibC.mmap(null, Length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
    }

    public void Dispose()
    {
        _heap.Dispose();
        _ = LibC.munmap((void*)_memory, Length);
    }

    [Fact]
    public void It_is_mapped_whole_in_every_space_and_unmapped_when_disposed_of()
    {
        var other = new RecordingDomain();
        var otherSpace = _heap.Attach(other);

        var buffer = _heap.Register(_memory, Length);
        var reached = (_domain.HostAddress(_space.Translate(buffer, 5000)), other.HostAddress(otherSpace.Translate(buffer, Length - 1)));
        buffer.Dispose();

        Assert.Equal((_memory + 5000, _memory + Length - 1), reached);
        Assert.Empty(_domain.Mappings);
        Assert.Empty(other.Mappings);
        Assert.True(buffer.IsReleased);
    }

    [Fact]
    public void It_stays_mapped_until_the_last_lease_ends()
    {
        var buffer = _heap.Register(_memory, Length);
        buffer.AddLease();

        buffer.Dispose();
        var mappedWhileLeased = _domain.Mappings.Count;
        var releasedWhileLeased = buffer.IsReleased;
        buffer.ReleaseLease();

        Assert.Equal(1, mappedWhileLeased);
        Assert.False(releasedWhileLeased);
        Assert.Empty(_domain.Mappings);
        Assert.True(buffer.IsReleased);
        Assert.Equal(1, _heap.ReturnedInFlight);
    }

    [Fact]
    public void It_is_never_rented_to_others()
    {
        using var registered = _heap.Register(_memory, Length);

        using var rented = _heap.Rent(4096);

        Assert.False(rented.Address >= _memory && rented.Address < _memory + Length);
    }

    [Fact]
    public void Its_number_is_used_again_after_it_is_gone()
    {
        var first = _heap.Register(_memory, Length);
        var number = first.RegionIndex;
        first.Dispose();

        using var second = _heap.Register(_memory, Length);

        Assert.Equal(number, second.RegionIndex);
        Assert.Equal(_memory, _domain.HostAddress(_space.Translate(second)));
    }

    [Fact]
    public void If_it_cannot_be_unmapped_its_owner_is_told_not_to_free_it()
    {
        var buffer = _heap.Register(_memory, Length);
        _domain.RefusesUnmap = true;

        Assert.Throws<NvmeSetupException>(buffer.Dispose);

        Assert.False(buffer.IsReleased);
        Assert.Equal(Length, _heap.RetiredBytes);
    }

    [Fact]
    public void If_the_last_lease_cannot_unmap_it_the_releaser_goes_on_and_the_log_tells()
    {
        var buffer = _heap.Register(_memory, Length);
        buffer.AddLease();
        buffer.Dispose();
        _domain.RefusesUnmap = true;

        buffer.ReleaseLease();

        Assert.False(buffer.IsReleased);
        Assert.Contains(_logger.Lines, l => l.Level == LogLevel.Error);
    }

    [Fact]
    public void A_domain_that_refuses_it_leaves_it_unregistered_everywhere()
    {
        var refusing = new RecordingDomain { MapsUntilRefusal = 0 };
        _heap.Attach(refusing);

        Assert.Throws<NvmeSetupException>(() => _heap.Register(_memory, Length));

        Assert.Empty(_domain.Mappings);
    }

    [Theory]
    [InlineData(512, 4096)]
    [InlineData(0, 1000)]
    [InlineData(0, 0)]
    public void Memory_that_is_not_whole_pages_is_refused(int offset, int length) =>
        Assert.Throws<ArgumentException>(() => _heap.Register(_memory + offset, (nuint)length));

    [Fact]
    public void Memory_that_is_not_there_is_refused()
    {
        var gone = (nint)LibC.mmap(null, Length, LibC.PROT_NONE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        try
        {
            Assert.Throws<ArgumentException>(() => _heap.Register(gone, Length));
            Assert.Empty(_domain.Mappings);
        }
        finally
        {
            _ = LibC.munmap((void*)gone, Length);
        }
    }
}
