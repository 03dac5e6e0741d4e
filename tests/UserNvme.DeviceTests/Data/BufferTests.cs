using UserNvme.DeviceTests.Device;
using UserNvme.Memory;

namespace UserNvme.DeviceTests.Data;

/// <summary>Memory that the device has belongs to the device.</summary>
public class BufferTests
{
    [Fact]
    public async Task A_buffer_that_is_given_back_in_mid_flight_is_free_only_when_the_device_is_done_with_it()
    {
        using var heap = new DmaHeap();
        await using var bench = await Bench.OpenAsync(new() { Heap = heap });
        var rented = heap.RentedBytes;

        for (var round = 0; round < 100; round++)
        {
            var buffer = heap.Rent(64 << 10);
            var read = bench.Disk.ReadAsync(buffer.Memory, 0).AsTask();
            buffer.Dispose();
            // A read that has not completed keeps it; one that has, does not.
            Assert.True(!buffer.IsReleased || buffer.Leases == 0);
            await read;
            Assert.True(buffer.IsReleased);
            Assert.Equal(rented, heap.RentedBytes);
        }
    }

    [Fact]
    public async Task Everything_that_is_rented_goes_back_when_the_controller_is_closed()
    {
        using var heap = new DmaHeap();
        var bench = await Bench.OpenAsync(new() { Heap = heap, Cores = Cores.Two });
        await bench.Disk.WriteAsync(new byte[1 << 20], 0);
        Assert.True(heap.RentedBytes > 0);

        await bench.DisposeAsync();

        Assert.Equal(0, heap.RentedBytes);
        Assert.Equal(0, heap.RetiredBytes);
    }

    [Fact]
    public async Task A_heap_that_grows_while_the_device_works_gives_memory_that_the_device_reaches()
    {
        using var heap = new DmaHeap(new DmaHeapOptions { RegionBytes = 8 << 20 });
        await using var bench = await Bench.OpenAsync(new() { Heap = heap });
        var before = heap.CommittedBytes;
        var buffers = Enumerable.Range(0, 24).Select(_ => heap.Rent(2 << 20)).ToArray();
        Assert.True(heap.CommittedBytes > before);

        for (var i = 0; i < buffers.Length; i++)
        {
            buffers[i].GetSpan().Fill((byte)(i + 1));
            await bench.Disk.WriteAsync(buffers[i].Memory, (long)i * (2 << 20));
        }

        for (var i = 0; i < buffers.Length; i++)
        {
            var other = buffers[^(i + 1)];
            await bench.Disk.ReadAsync(other.Memory, (long)i * (2 << 20));
            Assert.False(other.GetSpan().ContainsAnyExcept((byte)(i + 1)), $"buffer {i}");
        }

        foreach (var buffer in buffers) buffer.Dispose();
    }

    [Fact]
    public async Task An_open_that_runs_out_of_memory_says_so_and_leaves_nothing_rented()
    {
        using var heap = new DmaHeap(new DmaHeapOptions { MaxBytes = 16 << 10, RegionBytes = 16 << 10, PageSize = DmaPageSize.FourKilobytes });

        var error = await Assert.ThrowsAsync<NvmeSetupException>(() => Bench.OpenAsync(new() { Heap = heap }));

        Assert.Equal(SetupProblem.NoMemory, error.Problem);
        Assert.Equal(0, heap.RentedBytes);
    }
}
