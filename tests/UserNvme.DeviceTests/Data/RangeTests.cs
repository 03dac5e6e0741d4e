using UserNvme.DeviceTests.Device;

namespace UserNvme.DeviceTests.Data;

/// <summary>Commands about a range that carry no data. Where a device does not have them, the driver has to say so.</summary>
public class RangeTests
{
    [Fact]
    public async Task Write_zeroes_zeroes_exactly_the_range_where_the_device_has_it()
    {
        await using var bench = await Bench.OpenAsync();
        var data = await FilledAsync(bench, 300);
        if (!bench.Disk.Info.SupportsWriteZeroes)
        {
            await Assert.ThrowsAsync<NotSupportedException>(async () => await bench.Disk.WriteZeroesAsync(0, bench.BlockSize));
            return;
        }

        await bench.Disk.WriteZeroesAsync(bench.BlockSize, 200L * bench.BlockSize);
        var read = new byte[data.Length];
        await bench.Disk.ReadAsync(read, 0);

        data.AsSpan(bench.BlockSize, 200 * bench.BlockSize).Clear();
        Assert.Equal(data, read);
    }

    [Fact]
    public async Task Deallocate_leaves_its_neighbours_alone_and_no_foreign_data_in_the_range_where_the_device_has_it()
    {
        await using var bench = await Bench.OpenAsync();
        var data = await FilledAsync(bench, 130);
        if (!bench.Disk.Info.SupportsDeallocate)
        {
            await Assert.ThrowsAsync<NotSupportedException>(async () => await bench.Disk.DeallocateAsync(0, bench.BlockSize));
            return;
        }

        await bench.Disk.DeallocateAsync(bench.BlockSize, 128L * bench.BlockSize);
        var read = new byte[data.Length];
        await bench.Disk.ReadAsync(read, 0);

        Assert.Equal(data.AsSpan(0, bench.BlockSize), read.AsSpan(0, bench.BlockSize));
        Assert.Equal(data.AsSpan(129 * bench.BlockSize), read.AsSpan(129 * bench.BlockSize));
        for (var i = 1; i < 129; i++)
        {
            // The device's choice, block by block: what was there, all zeroes, or all ones.
            var block = read.AsSpan(i * bench.BlockSize, bench.BlockSize);
            Assert.True(!block.ContainsAnyExcept(block[0]) && block[0] is 0 or 0xEE or 0xFF, $"block {i}");
        }
    }

    private static async Task<byte[]> FilledAsync(Bench bench, int blocks)
    {
        var data = Enumerable.Repeat((byte)0xEE, blocks * bench.BlockSize).ToArray();
        await bench.Disk.WriteAsync(data, 0);
        return data;
    }
}
