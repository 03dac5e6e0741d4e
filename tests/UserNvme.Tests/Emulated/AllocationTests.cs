using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulated;

/// <summary>Reads and writes allocate nothing once they have run for a while, on the raw door and on the async one. Runs alone: the heap is the process's.</summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationTests
{
    private const int Operations = 4096;
    private const int Bytes = 16_384;
    private const int WarmUpRounds = 8;
    private const int MeasuredRounds = 8;

    [Theory]
    [InlineData(NvmOpcode.Read)]
    [InlineData(NvmOpcode.Write)]
    public async Task The_raw_door_allocates_nothing(NvmOpcode opcode)
    {
        await using var controller = await OpenAsync(new NvmeControllerOptions { Cores = [] });
        long least = 0;

        RunOnThread(() =>
        {
            using var pair = controller.CreateQueuePair<int, CountingHandler>(32, default);
            using var buffer = controller.Heap.Rent(Bytes);
            least = LeastOfRounds(() =>
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                for (var i = 0; i < Operations; i++)
                {
                    var command = opcode == NvmOpcode.Read
                        ? NvmCommands.Read(new NamespaceId(1), new Lba((ulong)i), Bytes / 512)
                        : NvmCommands.Write(new NamespaceId(1), new Lba((ulong)i), Bytes / 512);
                    while (!pair.TrySubmit(in command, buffer, 0, Bytes, i)) pair.Poll();
                }

                while (pair.InFlight != 0) pair.Poll();
                return GC.GetAllocatedBytesForCurrentThread() - before;
            });
            Assert.Equal((WarmUpRounds + MeasuredRounds) * Operations, pair.Handler.Succeeded);
        });

        Assert.Equal(0, least);
    }

    [Theory]
    [InlineData(CompletionMode.Inline, 1)]
    [InlineData(CompletionMode.Inline, 16)]
    [InlineData(CompletionMode.ThreadPool, 1)]
    [InlineData(CompletionMode.ThreadPool, 16)]
    public async Task ReadAsync_and_WriteAsync_with_DMA_buffers_allocate_nothing(CompletionMode completion, int loops)
    {
        await using var controller = await OpenAsync(new NvmeControllerOptions { Completion = completion });
        var device = NvmeBlockDevice.Open(controller, new NamespaceId(1));
        var buffers = Enumerable.Range(0, loops).Select(_ => device.RentBuffer(Bytes)).ToArray();
        var tasks = new Task[loops];

        var least = LeastOfRounds(() =>
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < loops; i++) tasks[i] = LoopAsync(device, buffers[i].Memory, Operations / loops);
            Task.WaitAll(tasks);
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        });

        foreach (var buffer in buffers) buffer.Dispose();
        // The tasks of the loops themselves, and not a byte for any of the operations.
        Assert.InRange(least, 0, Operations - 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public async Task A_service_on_a_reactor_awaits_without_a_byte(int loops)
    {
        await using var controller = await OpenAsync(new NvmeControllerOptions());
        var device = NvmeBlockDevice.Open(controller, new NamespaceId(1));
        var least = long.MaxValue;

        await controller.Reactors[0].RunAsync(async () =>
        {
            var buffers = Enumerable.Range(0, loops).Select(_ => device.RentBuffer(Bytes)).ToArray();
            var tasks = new Task[loops];
            for (var round = 0; round < WarmUpRounds + MeasuredRounds; round++)
            {
                for (var i = 0; i < loops; i++) tasks[i] = MeasuredLoopAsync(device, buffers[i].Memory, Operations / loops);
                var before = GC.GetAllocatedBytesForCurrentThread();
                foreach (var task in tasks) await task;
                var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.True(controller.Reactors[0].IsCurrent);
                if (round >= WarmUpRounds) least = Math.Min(least, allocated);
            }

            foreach (var buffer in buffers) buffer.Dispose();
        });

        // What awaiting the loops' tasks takes, and not a byte for any of the operations.
        Assert.InRange(least, 0, Operations - 1);
    }

    // As its user writes it: without ConfigureAwait, so that it stays on its reactor.
    private static async Task MeasuredLoopAsync(NvmeBlockDevice device, Memory<byte> memory, int operations)
    {
        for (var n = 0; n < operations; n += 2)
        {
            await device.WriteAsync(memory, n * 512L);
            await device.ReadAsync(memory, n * 512L);
        }
    }

    private static async Task LoopAsync(NvmeBlockDevice device, Memory<byte> memory, int operations)
    {
        for (var n = 0; n < operations; n += 2)
        {
            await device.WriteAsync(memory, n * 512L).ConfigureAwait(false);
            await device.ReadAsync(memory, n * 512L).ConfigureAwait(false);
        }
    }

    // The least: a thread of the runtime that allocates meanwhile does not decide, whereas what each operation allocates is in every round.
    private static long LeastOfRounds(Func<long> round)
    {
        for (var i = 0; i < WarmUpRounds; i++) round();
        var least = long.MaxValue;
        for (var i = 0; i < MeasuredRounds; i++) least = Math.Min(least, round());
        return least;
    }

    private static Task<NvmeController> OpenAsync(NvmeControllerOptions options) =>
        NvmeController.OpenAsync(EmulatedTransport.Open("?host=inline&backing=null"), options);

    // A queue pair has one owner thread, also to the end.
    private static void RunOnThread(Action action)
    {
        Exception? error = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                error = e;
            }
        });
        thread.Start();
        thread.Join();
        if (error is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
    }

    private struct CountingHandler : ICompletionHandler<int>
    {
        public int Succeeded;

        public void OnCompletion(in CompletionEntry completion, int state)
        {
            if (completion.Status.IsSuccess) Succeeded++;
        }

        public readonly void OnAbandoned(int state)
        {
        }
    }
}
