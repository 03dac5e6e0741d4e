using UserNvme.Emulation;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulated;

/// <summary>Cancelling asks; the device decides when its hands are off the memory.</summary>
public class CancellationTests
{
    [Fact]
    public async Task A_cancelled_read_is_aborted_and_then_ends_as_cancelled()
    {
        await using var bench = await TestBench.StartAsync();
        var device = bench.Open();
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Read), FaultAction.Hold);
        using var cancel = new CancellationTokenSource();

        var read = device.ReadAsync(new byte[512], 0, cancel.Token).AsTask();
        await TestBench.Until(() => bench.Faults.HeldCount == 1, "the device has the read");
        await cancel.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        Assert.Equal(cancel.Token, error.CancellationToken);
    }

    [Fact]
    public async Task A_cancelled_read_whose_abort_is_ignored_ends_only_when_the_device_completes_it()
    {
        await using var bench = await TestBench.StartAsync();
        var device = bench.Open();
        bench.Faults.AbortIgnored = true;
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Read), FaultAction.Hold);
        using var cancel = new CancellationTokenSource();
        using var buffer = device.RentBuffer(512);

        var read = device.ReadAsync(buffer.Memory[..512], 0, cancel.Token).AsTask();
        await TestBench.Until(() => bench.Faults.HeldCount == 1, "the device has the read");
        var adminCommands = bench.Device.GetCounters(QueueId.Admin).CompletionsPosted;
        await cancel.CancelAsync();
        await TestBench.Until(() => bench.Device.GetCounters(QueueId.Admin).CompletionsPosted > adminCommands, "the abort was answered");

        Assert.False(read.IsCompleted);
        bench.Faults.Release();
        await read;
    }

    [Fact]
    public async Task A_request_that_was_not_issued_is_never_issued_once_cancelled()
    {
        await using var bench = await TestBench.StartAsync(driver: new() { IoQueueEntries = 2 });
        var device = bench.Open();
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Write), FaultAction.Hold);
        using var cancel = new CancellationTokenSource();

        var first = device.WriteAsync(new byte[512], 0).AsTask();
        await TestBench.Until(() => bench.Faults.HeldCount == 1, "the device has the first write");
        var second = device.WriteAsync(new byte[512], 512, false, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        bench.Faults.Clear();
        bench.Faults.Release();
        await first;

        Assert.Equal(1, bench.Device.GetCounters(new QueueId(1)).CommandsFetched);
    }

    [Fact]
    public async Task A_token_that_is_cancelled_already_submits_nothing()
    {
        await using var bench = await TestBench.StartAsync();
        var device = bench.Open();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await device.ReadAsync(new byte[512], 0, new CancellationToken(true)));

        Assert.Equal(0, bench.Device.GetCounters(new QueueId(1)).CommandsFetched);
    }
}
