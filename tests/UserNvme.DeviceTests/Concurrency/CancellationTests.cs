using UserNvme.DeviceTests.Device;

namespace UserNvme.DeviceTests.Concurrency;

/// <summary>Cancelling asks; the device decides when its hands are off the memory.</summary>
public class CancellationTests
{
    [Fact]
    public async Task Cancelling_at_any_moment_ends_every_read_exactly_once()
    {
        await using var bench = await Bench.OpenAsync();
        var device = bench.Disk;
        var random = new Random(3);

        for (var round = 0; round < 300; round++)
        {
            using var cancel = new CancellationTokenSource();
            var reads = Enumerable.Range(0, 16).Select(i => device.ReadAsync(new byte[4096], i * 4096, cancel.Token).AsTask()).ToArray();
            if (random.Next(2) == 0) await Task.Yield();
            await cancel.CancelAsync();
            foreach (var read in reads)
                Assert.True(await Record.ExceptionAsync(() => read) is null or OperationCanceledException);
        }

        await device.ReadAsync(new byte[bench.BlockSize], 0);
        Assert.Equal(0, bench.Driver.ResetCount);
    }

    [Fact]
    public async Task A_write_that_ends_as_cancelled_leaves_the_old_blocks_or_the_new_ones()
    {
        await using var bench = await Bench.OpenAsync();
        var read = new byte[64 << 10];
        await bench.Disk.WriteAsync(new byte[read.Length], 0);

        for (var round = 1; round < 100; round++)
        {
            using var cancel = new CancellationTokenSource();
            var write = bench.Disk.WriteAsync(Enumerable.Repeat((byte)round, read.Length).ToArray(), 0, false, cancel.Token).AsTask();
            await cancel.CancelAsync();
            var error = await Record.ExceptionAsync(() => write);
            await bench.Disk.ReadAsync(read, 0);

            Assert.True(error is null or OperationCanceledException, error?.ToString());
            if (error is null) Assert.False(read.AsSpan().ContainsAnyExcept((byte)round));
            for (var i = 0; i < read.Length; i += bench.BlockSize)
                Assert.False(read.AsSpan(i, bench.BlockSize).ContainsAnyExcept(read[i]), $"round {round}: the block at {i} is torn");
        }
    }

    [Fact]
    public async Task A_token_whose_source_is_disposed_does_not_keep_a_read_waiting()
    {
        await using var bench = await Bench.OpenAsync();
        var source = new CancellationTokenSource();
        var token = source.Token;
        source.Dispose();

        await bench.Disk.ReadAsync(new byte[bench.BlockSize], 0, token);
    }
}
