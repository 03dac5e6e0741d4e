using System.Diagnostics;
using System.Globalization;
using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Interop;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Benchmarks;

/// <summary>
/// What the ways to a device cost beside each other on the same device: dotnet run --project perf/UserNvme.Benchmarks -c Release -- doors
/// ADDRESS. 4 KiB random reads, the driver on the last core, in turn; give the device another one. It only reads.
/// </summary>
internal static class DoorReport
{
    private const int Bytes = 4096;
    private const int Rounds = 7;
    private static readonly int[] s_depths = [1, 8, 32, 128];
    private static readonly TimeSpan s_watch = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(0.3);
    private static readonly int s_core = Environment.ProcessorCount - 1;

    private static readonly (string Name, Func<string, int, Task<double>> Run)[] s_doors =
    [
        ("raw", (address, depth) => Task.FromResult(Raw(address, depth))),
        ("service on the reactor", (address, depth) => AsyncDoorAsync(address, depth, CompletionMode.ThreadPool, onReactor: true)),
        ("inline", (address, depth) => AsyncDoorAsync(address, depth, CompletionMode.Inline, onReactor: false)),
        ("thread pool", (address, depth) => AsyncDoorAsync(address, depth, CompletionMode.ThreadPool, onReactor: false)),
    ];

    public static async Task RunAsync(string address)
    {
        Console.WriteLine("| QD | door | million reads per second, median (lowest-highest) | of the raw door |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var depth in s_depths)
        {
            var rates = s_doors.Select(_ => new double[Rounds]).ToArray();
            for (var round = 0; round < Rounds; round++)
            {
                for (var door = 0; door < s_doors.Length; door++) rates[door][round] = await s_doors[door].Run(address, depth);
            }

            foreach (var rate in rates) Array.Sort(rate);
            for (var door = 0; door < s_doors.Length; door++)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {depth} | {s_doors[door].Name} | {rates[door][Rounds / 2]:0.00} ({rates[door][0]:0.00}-{rates[door][^1]:0.00}) | {rates[door][Rounds / 2] / rates[0][Rounds / 2]:0.00} |"));
            }
        }
    }

    private static double Raw(string address, int depth)
    {
        var rate = 0.0;
        var thread = new Thread(() =>
        {
            ThreadAffinity.PinTo(s_core);
            var controller = NvmeController.OpenAsync(address, new NvmeControllerOptions { Cores = [] }).GetAwaiter().GetResult();
            try
            {
                rate = Raw(controller, depth);
            }
            finally
            {
                controller.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }
        });
        thread.Start();
        thread.Join();
        return rate;
    }

    private static double Raw(NvmeController controller, int depth)
    {
        using var pair = controller.CreateQueuePair<int, CountingHandler>(depth + 1, default);
        var buffers = Enumerable.Range(0, depth).Select(_ => controller.Heap.Rent(Bytes)).ToArray();
        var lbas = new Lbas(controller.Namespaces[0]);
        var next = 0;
        long counted = 0;
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < s_warmUp + s_watch)
        {
            if (watch.Elapsed < s_warmUp) counted = pair.Handler.Done;
            for (var turn = 0; turn < 1000; turn++)
            {
                for (var free = depth - pair.InFlight; free != 0; free--)
                {
                    var command = NvmCommands.Read(controller.Namespaces[0].Id, lbas.Next(), lbas.BlocksPerRead);
                    pair.TrySubmit(in command, buffers[next], 0, Bytes, 0);
                    if (++next == depth) next = 0;
                }

                pair.PollPiece();
            }
        }

        var rate = (pair.Handler.Done - counted) / (watch.Elapsed - s_warmUp).TotalSeconds / 1e6;
        while (pair.InFlight != 0) pair.Poll();
        foreach (var buffer in buffers) ((IDisposable)buffer).Dispose();
        return rate;
    }

    private static async Task<double> AsyncDoorAsync(string address, int depth, CompletionMode completion, bool onReactor)
    {
        await using var controller = await NvmeController.OpenAsync(address, new NvmeControllerOptions { Cores = [s_core], Completion = completion, Idle = IdlePolicy.Poll });
        var device = NvmeBlockDevice.Open(controller, new NamespaceId(1));
        var loops = new ReadLoop[depth];
        for (var i = 0; i < depth; i++) loops[i] = new ReadLoop(device, new Lbas(controller.Namespaces[0], i));
        var running = loops.Select(loop => onReactor ? controller.Reactors[0].RunAsync(loop.RunAsync) : loop.RunAsync()).ToArray();
        await Task.Delay(s_warmUp);
        var (before, started) = (loops.Sum(l => l.Done), Stopwatch.GetTimestamp());
        await Task.Delay(s_watch);
        var rate = (loops.Sum(l => l.Done) - before) / Stopwatch.GetElapsedTime(started).TotalSeconds / 1e6;
        foreach (var loop in loops) loop.Stop = true;
        await Task.WhenAll(running);
        return rate;
    }

    private sealed class ReadLoop(NvmeBlockDevice device, Lbas lbas)
    {
        public long Done;
        public volatile bool Stop;

        public async Task RunAsync()
        {
            using var buffer = device.RentBuffer(Bytes);
            var memory = buffer.Memory;
            while (!Stop)
            {
                await device.ReadAsync(memory, (long)lbas.Next().Value * device.Info.BlockSize, CancellationToken.None);
                Done++;
            }
        }
    }

    // A multiplicative generator: a few instructions, so that the doors are what is measured.
    private struct Lbas(NvmeNamespace ns, int seed = 0)
    {
        private readonly ulong _reads = ns.BlockCount / (ulong)(Bytes / ns.BlockSize);
        private ulong _state = (ulong)seed;

        public readonly int BlocksPerRead => Bytes / ns.BlockSize;

        public Lba Next()
        {
            _state = (_state * 6364136223846793005) + 1442695040888963407;
            return new Lba(Math.BigMul(_state, _reads, out _) * (ulong)BlocksPerRead);
        }
    }
}
