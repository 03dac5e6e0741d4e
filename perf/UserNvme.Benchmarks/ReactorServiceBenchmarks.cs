using System.Buffers;
using BenchmarkDotNet.Attributes;
using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Benchmarks;

/// <summary>
/// What the driver costs per read of a service that lives on a reactor, and how that changes with the number of controllers on it. I/O queues
/// end in rings that complete at once.
/// </summary>
public class ReactorServiceBenchmarks
{
    private const int Operations = 65_536;
    private const int Bytes = 4096;
    private NvmeController[] _controllers = [];
    private NvmeBlockDevice[] _devices = [];
    private IMemoryOwner<byte>[] _buffers = [];
    private Task[] _loops = [];
    private Reactor _reactor = null!;

    /// <summary>How many controllers share the reactor.</summary>
    [Params(1, 4, 16)]
    public int Controllers { get; set; }

    /// <summary>How many reads at once on each controller that is used.</summary>
    [Params(1, 32)]
    public int InFlight { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _controllers = [.. Enumerable.Range(0, Controllers).Select(_ => InstantController.Open(new NvmeControllerOptions()))];
        _devices = [.. _controllers.Select(c => NvmeBlockDevice.Open(c, new NamespaceId(1)))];
        _buffers = [.. Enumerable.Range(0, InFlight * Controllers).Select(i => _devices[i % Controllers].RentBuffer(Bytes))];
        _reactor = _controllers[0].Reactors[0];
    }

    /// <summary>All controllers are read.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public Task ReadAll() => _reactor.RunAsync(() => ReadAsync(Controllers));

    /// <summary>One is read, the others are open.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public Task ReadOne() => _reactor.RunAsync(() => ReadAsync(1));

    [GlobalCleanup]
    public void Close()
    {
        foreach (var buffer in _buffers) buffer.Dispose();
        foreach (var controller in _controllers) controller.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private Task ReadAsync(int controllers)
    {
        var loops = InFlight * controllers;
        if (_loops.Length != loops) _loops = new Task[loops];
        for (var i = 0; i < loops; i++) _loops[i] = LoopAsync(_devices[i % controllers], _buffers[i].Memory, Operations / loops);
        return Task.WhenAll(_loops);
    }

    private static async Task LoopAsync(NvmeBlockDevice device, Memory<byte> memory, int reads)
    {
        for (var n = 0; n < reads; n++) await device.ReadAsync(memory, (long)n * Bytes);
    }
}
