using System.Buffers;
using Microsoft.Extensions.Logging;
using UserNvme.Memory;

namespace UserNvme.Tests.Memory;

public sealed class DmaBufferTests : IDisposable
{
    private readonly RecordingLogger _logger = new();
    private readonly DmaHeap _heap;

    public DmaBufferTests() =>
        _heap = new DmaHeap(new DmaHeapOptions { PageSize = DmaPageSize.FourKilobytes, RegionBytes = 64 << 10, MaxBytes = 64 << 10 }, _logger);

    public void Dispose() => _heap.Dispose();

    [Fact]
    public void A_returned_buffer_cannot_be_used_also_when_its_memory_has_a_new_holder()
    {
        var old = _heap.Rent(64 << 10);
        var memory = old.Memory;
        old.Dispose();

        using var next = _heap.Rent(64 << 10);

        Assert.Throws<ObjectDisposedException>(() => memory.Span[0]);
        Assert.Throws<ObjectDisposedException>(() => old.GetSpan().Length);
        Assert.Throws<ObjectDisposedException>(() => old.Address);
        Assert.Throws<ObjectDisposedException>(() => memory.Pin());
        Assert.Throws<ObjectDisposedException>(old.AddLease);
    }

    [Fact]
    public void A_buffer_returned_while_leased_keeps_its_memory_until_the_last_lease_ends()
    {
        var buffer = _heap.Rent(64 << 10);
        buffer.AddLease();
        buffer.AddLease();

        buffer.Dispose();
        buffer.ReleaseLease();
        Assert.Throws<NvmeSetupException>(() => _heap.Rent(4096));
        Assert.False(buffer.IsReleased);
        buffer.ReleaseLease();
        using var next = _heap.Rent(64 << 10);

        Assert.True(buffer.IsReleased);
        Assert.Equal(1, _heap.ReturnedInFlight);
        Assert.Single(_logger.Lines, l => l.Level == LogLevel.Warning && l.Text.Contains("2 command(s)", StringComparison.Ordinal));
    }

    [Fact]
    public void A_lease_that_never_ends_keeps_the_memory_out_of_use()
    {
        var buffer = _heap.Rent(4096);
        buffer.AddLease();
        buffer.Dispose();

        var others = Enumerable.Range(0, 15).Select(_ => _heap.Rent(4096)).ToArray();

        Assert.DoesNotContain(others, b => b.Address == buffer.Address);
        Assert.Throws<NvmeSetupException>(() => _heap.Rent(4096));
    }

    [Fact]
    public void Leases_that_end_before_the_return_leave_no_trace()
    {
        var buffer = _heap.Rent(4096);
        buffer.AddLease();
        buffer.ReleaseLease();

        buffer.Dispose();
        buffer.Dispose();

        Assert.Equal(0, _heap.ReturnedInFlight);
        Assert.Equal(0, _heap.RentedBytes);
    }

    [Fact]
    public void A_lease_released_twice_is_an_error()
    {
        var buffer = _heap.Rent(4096);
        buffer.AddLease();
        buffer.ReleaseLease();

        Assert.Throws<InvalidOperationException>(buffer.ReleaseLease);
        buffer.Dispose();
        Assert.Throws<InvalidOperationException>(buffer.ReleaseLease);
    }

    [Fact]
    public void A_pin_holds_the_memory()
    {
        var buffer = _heap.Rent(4096);
        var pin = buffer.Memory.Pin();
        buffer.Dispose();

        var heldWhilePinned = _heap.RentedBytes;
        pin.Dispose();

        Assert.Equal(4096, heldWhilePinned);
        Assert.Equal(0, _heap.RentedBytes);
    }

    [Fact]
    public void A_slice_of_its_memory_leads_back_to_the_buffer()
    {
        using var buffer = _heap.Rent(8192);
        ReadOnlyMemory<byte> slice = buffer.Memory[512..1024];

        var found = DmaBuffer.TryGet(slice, out var owner, out var offset);

        Assert.True(found);
        Assert.Same(buffer, owner);
        Assert.Equal(512, offset);
    }

    [Fact]
    public void Ordinary_memory_leads_to_no_buffer()
    {
        using var other = MemoryPool<byte>.Shared.Rent(512);

        Assert.False(DmaBuffer.TryGet(new byte[512], out _, out _));
        Assert.False(DmaBuffer.TryGet(other.Memory, out _, out _));
        Assert.False(DmaBuffer.TryGet(default, out _, out _));
    }

    [Fact]
    public void Returning_races_with_the_last_lease_and_the_memory_goes_back_once()
    {
        for (var round = 0; round < 2000; round++)
        {
            var buffer = _heap.Rent(64 << 10);
            buffer.AddLease();

            Parallel.Invoke(buffer.Dispose, buffer.ReleaseLease);

            Assert.True(buffer.IsReleased);
            Assert.Equal(0, _heap.RentedBytes);
        }
    }
}
