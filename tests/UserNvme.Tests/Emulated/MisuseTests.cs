using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Memory;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulated;

/// <summary>Callers and machines that do what nobody should: no memory of the device is reused, nothing hangs, nothing leaks.</summary>
public class MisuseTests
{
    [Fact]
    public async Task Closing_waits_for_what_is_in_flight()
    {
        var bench = await TestBench.StartAsync();
        var device = bench.Open();
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Write), FaultAction.Hold);
        var write = device.WriteAsync(new byte[512], 0).AsTask();
        await TestBench.Until(() => bench.Faults.HeldCount == 1, "the device has the write");

        var closing = bench.DisposeAsync().AsTask();
        await TestBench.Until(() => bench.Driver.State == ControllerState.Closed, "the controller is closing");
        await Task.Delay(100);
        bench.Faults.Clear();
        bench.Faults.Release();

        await closing;
        await write;
    }

    [Fact]
    public async Task A_token_source_that_is_reset_in_mid_read_does_not_keep_it_waiting()
    {
        await using var bench = await TestBench.StartAsync();
        var device = bench.Open();
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Read), FaultAction.Hold);
        using var source = new CancellationTokenSource();

        var read = device.ReadAsync(new byte[512], 0, source.Token).AsTask();
        await TestBench.Until(() => bench.Faults.HeldCount == 1, "the device has the read");
        Assert.True(source.TryReset());
        bench.Faults.Release();

        await read;
    }

    [Fact]
    public async Task A_result_that_is_asked_for_too_early_leaves_the_read_and_its_memory_alone()
    {
        await using var bench = await TestBench.StartAsync();
        var device = bench.Open();
        using var first = (DmaBuffer)device.RentBuffer(4096);
        using var second = (DmaBuffer)device.RentBuffer(4096);
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Read), FaultAction.Hold);

        var early = device.ReadAsync(first.Memory, 0);
        await TestBench.Until(() => bench.Faults.HeldCount == 1, "the device has the read");
#pragma warning disable CA2012 // The misuse that is tested.
        Assert.Throws<InvalidOperationException>(() => early.GetAwaiter().GetResult());
#pragma warning restore CA2012
        var later = device.ReadAsync(second.Memory, 4096).AsTask();
        await TestBench.Until(() => bench.Faults.HeldCount == 2, "the device has both reads");

        Assert.False(later.IsCompleted);
        Assert.Equal(1, first.Leases);
        Assert.Equal(1, second.Leases);
        bench.Faults.Release();
        await early;
        await later;
    }

    [Fact]
    public async Task Many_cancelled_reads_are_all_aborted()
    {
        await using var bench = await TestBench.StartAsync();
        var device = bench.Open();
        bench.Faults.Add(CommandMatch.Io(NvmOpcode.Read), FaultAction.Hold);

        for (var round = 0; round < 10; round++)
        {
            using var cancel = new CancellationTokenSource();
            var reads = Enumerable.Range(0, 32).Select(i => device.ReadAsync(new byte[512], i * 512, cancel.Token).AsTask()).ToArray();
            await TestBench.Until(() => bench.Faults.HeldCount == 32, "the device has the reads");
            await cancel.CancelAsync();
            foreach (var read in reads) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        }
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(4096)]
    public async Task An_open_that_runs_out_of_memory_says_so_and_leaves_nothing_rented(int kib)
    {
        using var heap = new DmaHeap(new DmaHeapOptions { MaxBytes = kib << 10, RegionBytes = kib << 10, PageSize = DmaPageSize.FourKilobytes });

        var error = await Assert.ThrowsAsync<NvmeSetupException>(() => TestBench.StartAsync(driver: new() { Heap = heap, IoQueueEntries = 4096 }));

        Assert.Equal(SetupProblem.NoMemory, error.Problem);
        Assert.Equal(0, heap.RentedBytes);
    }

    [Fact]
    public async Task Queues_too_large_for_their_lists_are_refused_in_words()
    {
        var device = TestBench.Small() with { Mdts = 0, MaxQueueEntries = 65536 };

        var error = await Assert.ThrowsAsync<NvmeSetupException>(() => TestBench.StartAsync(device, new() { IoQueueEntries = 65536, MaxTransferBytes = 64 << 20 }));

        Assert.Contains("fewer queue entries", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_namespace_that_has_another_block_size_after_a_reset_is_not_used_with_the_old_one()
    {
        await using var bench = await TestBench.StartAsync();
        var device = bench.Open();
        bench.Faults.Identify = (cns, id, data) =>
        {
            if (cns == (byte)IdentifyCns.Namespace) data[130] = 12;
        };

        var error = await Assert.ThrowsAsync<NvmeSetupException>(() => bench.Driver.ResetAsync());
        var read = await Assert.ThrowsAsync<NvmeException>(async () => await device.ReadAsync(new byte[512], 0));

        Assert.Contains("not what it was", error.Message, StringComparison.Ordinal);
        Assert.Equal(CommandFate.NotSubmitted, read.Fate);
        Assert.Equal(ControllerState.Dead, bench.Driver.State);
    }
}
