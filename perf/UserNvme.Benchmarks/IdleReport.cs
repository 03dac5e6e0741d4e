using System.Diagnostics;
using System.Globalization;
using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Interop;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Benchmarks;

/// <summary>
/// What a reactor costs while it has nothing to do, and how long it takes to wake up: dotnet run --project perf/UserNvme.Benchmarks
/// -c Release -- idle. On the emulated controller, whose thread and whose callers have another core; with an address behind "idle" only the
/// latency of reads, polled and slept through, on that controller.
/// </summary>
internal static class IdleReport
{
    private const int Rounds = 2000;
    private const int Turns = 3;
    private const string Slow = "emulated:?backing=null&latency=500us";
    private static readonly TimeSpan s_watch = TimeSpan.FromSeconds(5);
    private static readonly int s_core = Environment.ProcessorCount - 1;

    public static async Task RunAsync(string? address)
    {
        // Who works on the reactor's own core keeps it from answering.
        if (s_core != 0) ThreadAffinity.PinTo(0);
        if (address is null)
        {
            await IdleCpuAsync();
            await WakeByPostAsync();
            GcPauses();
        }

        // In turn, and the better of each: what disturbs one run does not decide.
        double[] polled = [], slept = [];
        for (var i = 0; i < Turns; i++)
        {
            polled = Better(polled, await LatencyAsync(address ?? Slow, IdlePolicy.Poll));
            slept = Better(slept, await LatencyAsync(address ?? Slow, IdlePolicy.Hybrid));
        }

        Print($"read of {address ?? Slow}, polled", polled);
        Print($"read of {address ?? Slow}, hybrid", slept);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"wake-up by interrupt: {slept[Rounds / 2] - polled[Rounds / 2]:0.0} us more at the median"));
    }

    private static async Task IdleCpuAsync()
    {
        var transport = EmulatedTransport.Start();
        await using var controller = await NvmeController.OpenAsync(transport, Options(IdlePolicy.Hybrid));
        var device = NvmeBlockDevice.Open(controller, new NamespaceId(1));
        await device.FlushAsync();
        await CpuAsync("nothing in flight");
        transport.Controller.Faults.Add(CommandMatch.Io(NvmOpcode.Flush), FaultAction.Hold);
        var flush = device.FlushAsync().AsTask();
        while (!controller.Channels[0].Reactor.IsAsleep) await Task.Delay(10);
        await CpuAsync("a command in flight that takes seconds");
        transport.Controller.Faults.Release();
        await flush;
    }

    private static async Task CpuAsync(string when)
    {
        await Task.Delay(100);
        var (before, started) = (CpuTime(), Stopwatch.GetTimestamp());
        await Task.Delay(s_watch);
        var share = (CpuTime() - before) / 1e9 / Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"reactor and service thread, {when}: {share:0.000%} of a core"));
    }

    // Nanoseconds that the driver's threads have run. The emulated controller's own thread is the device and does not count.
    private static long CpuTime() => Directory.GetDirectories("/proc/self/task")
        .Where(task => File.ReadAllText($"{task}/comm").StartsWith("nvme ", StringComparison.Ordinal))
        .Sum(task => long.Parse(File.ReadAllText($"{task}/schedstat").Split(' ')[0], CultureInfo.InvariantCulture));

    private static async Task WakeByPostAsync()
    {
        await using var controller = await NvmeController.OpenAsync(EmulatedTransport.Start(), Options(IdlePolicy.Hybrid));
        var reactor = controller.Channels[0].Reactor;
        var item = new Item();
        var times = new double[Rounds];
        for (var i = 0; i < Rounds; i++)
        {
            while (!reactor.IsAsleep) Thread.Yield();
            Thread.SpinWait(2000); // The flag is set a moment before the thread is off its core.
            item.RanAt = 0;
            var posted = Stopwatch.GetTimestamp();
            reactor.Post(item);
            while (item.RanAt == 0) Thread.SpinWait(1);
            times[i] = Microseconds(item.RanAt - posted);
        }

        Array.Sort(times);
        Print("wake-up by a post, to the item's run", times);
    }

    private static double[] Better(double[] one, double[] other) => one.Length == 0 || other[other.Length / 2] < one[one.Length / 2] ? other : one;

    private static async Task<double[]> LatencyAsync(string address, IdlePolicy idle)
    {
        await using var controller = await NvmeController.OpenAsync(address, Options(idle));
        var device = NvmeBlockDevice.Open(controller, new NamespaceId(1));
        var times = await controller.Reactors[0].RunAsync(async _ =>
        {
            var times = new double[Rounds];
            using var buffer = device.RentBuffer(4096);
            for (var i = -Rounds / 10; i < Rounds; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await device.ReadAsync(buffer.Memory, 0, CancellationToken.None);
                if (i >= 0) times[i] = Microseconds(Stopwatch.GetTimestamp() - started);
            }

            return times;
        });
        Array.Sort(times);
        return times;
    }

    private static void GcPauses()
    {
        var asleep = PauseOfCollections();
        using var stop = new CancellationTokenSource();
        var transport = EmulatedTransport.Start();
        var controller = NvmeController.OpenAsync(transport, Options(IdlePolicy.Poll)).GetAwaiter().GetResult();
        transport.Controller.Faults.Add(CommandMatch.Io(NvmOpcode.Flush), FaultAction.Hold);
        var flush = NvmeBlockDevice.Open(controller, new NamespaceId(1)).FlushAsync(CancellationToken.None).AsTask();
        while (transport.Controller.Faults.HeldCount == 0) Thread.Yield();
        var polling = PauseOfCollections();
        transport.Controller.Faults.Release();
        flush.GetAwaiter().GetResult();
        controller.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Print("pause of a forced collection, no reactor", asleep);
        Print("pause of a forced collection, a reactor polls", polling);
    }

    private static double[] PauseOfCollections()
    {
        var pauses = new double[200];
        for (var i = 0; i < pauses.Length; i++)
        {
            var before = GC.GetTotalPauseDuration();
            GC.Collect(0, GCCollectionMode.Forced, blocking: true);
            pauses[i] = (GC.GetTotalPauseDuration() - before).TotalMicroseconds;
        }

        Array.Sort(pauses);
        return pauses;
    }

    private static NvmeControllerOptions Options(IdlePolicy idle) => new() { Cores = [s_core], Idle = idle };

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;

    private static void Print(string what, double[] sorted) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{what}: median {sorted[sorted.Length / 2]:0.0} us, least {sorted[0]:0.0}, 90 % {sorted[sorted.Length * 9 / 10]:0.0}, 99 % {sorted[sorted.Length * 99 / 100]:0.0}"));

    private sealed class Item : ReactorItem
    {
        private long _ranAt;

        public long RanAt
        {
            get => Interlocked.Read(ref _ranAt);
            set => Interlocked.Exchange(ref _ranAt, value);
        }

        internal override void Run() => RanAt = Stopwatch.GetTimestamp();
    }
}
