using UserNvme.Cli.Perf;
using UserNvme.Cli.Perf.Verify;
using UserNvme.Cli.Perf.Work;
using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Tests.Emulated;

namespace UserNvme.Tests.Cli.Perf;

/// <summary>The loop of a load: what it costs per transfer. Runs alone with the other tests that look at the heap.</summary>
[Collection(nameof(AllocationTests))]
public class PerfLoadTests
{
    private const int Rounds = 12;
    private const int Steps = 2000;

    private static readonly PerfSettings s_writes = PerfSettings.Initial with
    {
        QueueDepth = 8,
        Pattern = AccessPattern.All.Single(pattern => pattern.Name == "randrw"),
        ReadPercent = 50,
    };

    [Fact]
    public Task Plain_reads_and_writes_allocate_nothing() => AllocatesNothing<PlainWork, AsTheyEnd>(s_writes);

    [Fact]
    public Task A_rate_allocates_nothing() => AllocatesNothing<PlainWork, ByClock>(s_writes with { Rate = 1e9 });

    [Fact]
    public Task Trims_flushes_and_a_distribution_allocate_nothing() =>
        AllocatesNothing<MixedWork, AsTheyEnd>(s_writes with { TrimPercent = 10, FlushEvery = 10, ZipfTheta = 1.2, MaxCompletions = 3 });

    [Fact]
    public Task Verified_and_scattered_data_allocate_nothing() =>
        AllocatesNothing<MixedWork, AsTheyEnd>(s_writes with { Verify = true, IoSize = 16384, IoUnit = 4096 });

    private static async Task AllocatesNothing<TWork, TPace>(PerfSettings settings)
        where TWork : struct, IPerfWork<TWork>
        where TPace : struct, IPace<TPace>
    {
        var transport = EmulatedTransport.Start(TestBench.Small(), EmulatedHostKind.Inline);
        await using var controller = await NvmeController.OpenAsync(transport, new NvmeControllerOptions { Cores = [] });
        var target = new PerfTarget(controller, controller.Namespaces[0], settings with { Cores = [0] }, 0, new VerifyLog());
        using var load = new PerfLoad<TWork, TPace>(target, settings with { Cores = [0] }, new LoadShare(0, 0, 1, 0, 0, 1), new PerfAlarm(isMuted: false));
        load.Start();
        load.BeginMeasuring();
        var least = long.MaxValue;

        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var step = 0; step < Steps; step++)
                load.Step();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        load.EndMeasuring();
        while (!load.IsOver)
            load.Step();
        Assert.Equal((0, 0), (least, load.Errors));
        Assert.True(load.Latencies.Sum(latency => latency.Count) >= Rounds * Steps);
        Assert.True(load.Polls >= Rounds * Steps);
    }
}
