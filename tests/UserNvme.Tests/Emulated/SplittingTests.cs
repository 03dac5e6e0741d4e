using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulated;

/// <summary>Long and oddly shaped operations: how they are cut into commands, seen from the device.</summary>
public class SplittingTests
{
    private const int BlockSize = 512;

    [Theory]
    [InlineData(0, 128 * 1024, 1)]
    [InlineData(0, (128 * 1024) + 512, 2)]
    [InlineData(512, 8 << 20, 64)]
    public async Task A_read_is_cut_at_the_largest_transfer(long offset, int length, int commands)
    {
        await using var bench = await TestBench.StartAsync(TestBench.Small() with { Mdts = 5 });
        var device = bench.Open();
        using var buffer = device.RentBuffer(length);

        await device.ReadAsync(buffer.Memory[..length], offset);

        Assert.Equal(commands, bench.Device.GetCounters(new QueueId(1)).CommandsFetched);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(24)]
    [InlineData(7)]
    public async Task No_command_crosses_the_optimal_boundary_whether_a_power_of_two_or_not(int boundary)
    {
        await using var bench = await TestBench.StartAsync(TestBench.Small() with
        {
            Namespaces = [new EmulatedNamespaceOptions { Size = 64 << 20, OptimalIoBoundary = boundary }],
        });
        var device = bench.Open();
        var data = new byte[100 * BlockSize];
        new Random(5).NextBytes(data);
        var read = new byte[data.Length];

        await device.WriteAsync(data, 3 * BlockSize);
        await device.ReadAsync(read, 3 * BlockSize);

        var pieces = Enumerable.Range(3, 100).Select(b => b / boundary).Distinct().Count();
        Assert.Equal(2 * pieces, bench.Device.GetCounters(new QueueId(1)).CommandsFetched);
        Assert.Equal(data, read);
    }

    [Fact]
    public async Task A_transfer_of_many_megabytes_is_one_command_with_chained_lists_where_the_device_allows_it()
    {
        await using var bench = await TestBench.StartAsync(TestBench.Small() with { Mdts = 0 }, new() { MaxTransferBytes = 16 << 20, IoQueueEntries = 4 });
        var device = bench.Open();
        using var written = device.RentBuffer(16 << 20);
        using var read = device.RentBuffer(16 << 20);
        new Random(6).NextBytes(written.Memory.Span);

        await device.WriteAsync(written.Memory, 0);
        await device.ReadAsync(read.Memory, 0);

        Assert.True(written.Memory.Span.SequenceEqual(read.Memory.Span));
        Assert.Equal(2, bench.Device.GetCounters(new QueueId(1)).CommandsFetched);
        Assert.Empty(bench.Device.RecordedFaults);
    }

    [Fact]
    public async Task Write_zeroes_keeps_to_its_own_limit_and_zeroes_exactly_the_range()
    {
        await using var bench = await TestBench.StartAsync(TestBench.Small() with { WriteZeroesSizeLimit = 3 });
        var device = bench.Open();
        var data = Enumerable.Repeat((byte)0xEE, 300 * BlockSize).ToArray();
        await device.WriteAsync(data, 0);
        var before = bench.Device.GetCounters(new QueueId(1)).CommandsFetched;

        await device.WriteZeroesAsync(BlockSize, 200 * BlockSize);
        var commands = bench.Device.GetCounters(new QueueId(1)).CommandsFetched - before;
        var read = new byte[data.Length];
        await device.ReadAsync(read, 0);

        data.AsSpan(BlockSize, 200 * BlockSize).Clear();
        Assert.Equal(data, read);
        Assert.Equal(4, commands);
    }

    [Theory]
    [InlineData(0, 0u, 0ul, 1)]
    [InlineData(4, 16u, 0ul, 2)]
    [InlineData(0, 16u, 32ul, 4)]
    public async Task Deallocate_keeps_to_the_limits_of_ranges_and_blocks(int ranges, uint rangeBlocks, ulong blocks, int commands)
    {
        await using var bench = await TestBench.StartAsync(TestBench.Small() with
        {
            DatasetManagementRangesLimit = ranges,
            DatasetManagementRangeSizeLimit = rangeBlocks,
            DatasetManagementSizeLimit = blocks,
        });
        var device = bench.Open();
        var data = Enumerable.Repeat((byte)0xEE, 130 * BlockSize).ToArray();
        await device.WriteAsync(data, 0);
        var before = bench.Device.GetCounters(new QueueId(1)).CommandsFetched;

        await device.DeallocateAsync(BlockSize, 128 * BlockSize);
        var issued = bench.Device.GetCounters(new QueueId(1)).CommandsFetched - before;
        var read = new byte[data.Length];
        await device.ReadAsync(read, 0);

        Assert.Equal(commands, issued);
        Assert.Equal(0xEE, read[0]);
        Assert.Equal(0xEE, read[^1]);
        Assert.All(read[BlockSize..^BlockSize], b => Assert.Equal(0, b));
    }

    [Theory]
    [InlineData(0, 0, "length is 0")]
    [InlineData(0, 100, "not a multiple")]
    [InlineData(7, 512, "not a multiple")]
    [InlineData(-512, 512, "not a multiple")]
    [InlineData(64 << 20, 512, "past the end")]
    [InlineData((64 << 20) - 512, 1024, "past the end")]
    public async Task A_wrong_range_is_refused_before_anything_is_submitted(long offset, int length, string says)
    {
        await using var bench = await TestBench.StartAsync();
        var device = bench.Open();

        var read = await Assert.ThrowsAsync<ArgumentException>(async () => await device.ReadAsync(new byte[length], offset));
        var write = await Assert.ThrowsAsync<ArgumentException>(async () => await device.WriteAsync(new byte[length], offset));

        Assert.Contains(says, read.Message, StringComparison.Ordinal);
        Assert.Contains(says, write.Message, StringComparison.Ordinal);
        Assert.Equal(0, bench.Device.GetCounters(new QueueId(1)).CommandsFetched);
    }
}
