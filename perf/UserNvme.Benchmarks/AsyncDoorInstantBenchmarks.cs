using System.Buffers;
using BenchmarkDotNet.Attributes;
using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Spec;

namespace UserNvme.Benchmarks;

/// <summary>
/// What the driver itself costs per read on the async door: real controllers on one reactor, but each I/O queue ends in a ring that
/// completes at once. Awaited one after the other by some loops at once.
/// </summary>
public class AsyncDoorInstantBenchmarks
{
    private const int Operations = 32_768;
    private const int Bytes = 4096;
    private NvmeController[] _controllers = [];
    private NvmeBlockDevice[] _devices = [];
    private IMemoryOwner<byte>[] _buffers = [];
    private Task[] _loops = [];

    /// <summary>Where the loops continue.</summary>
    [Params(CompletionMode.Inline, CompletionMode.ThreadPool)]
    public CompletionMode Completion { get; set; }

    /// <summary>How many loops on each controller.</summary>
    [Params(1, 32)]
    public int InFlight { get; set; }

    /// <summary>How many controllers share the reactor.</summary>
    [Params(1, 16)]
    public int Controllers { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _controllers = [.. Enumerable.Range(0, Controllers).Select(_ => InstantController.Open(new NvmeControllerOptions { Completion = Completion }))];
        _devices = [.. _controllers.Select(c => NvmeBlockDevice.Open(c, new NamespaceId(1)))];
        _buffers = [.. Enumerable.Range(0, InFlight * Controllers).Select(i => _devices[i % Controllers].RentBuffer(Bytes))];
        _loops = new Task[_buffers.Length];
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task ReadAsync()
    {
        for (var i = 0; i < _loops.Length; i++) _loops[i] = ReadLoopAsync(_devices[i % Controllers], _buffers[i].Memory);
        return Task.WhenAll(_loops);
    }

    [GlobalCleanup]
    public void Close()
    {
        foreach (var buffer in _buffers) buffer.Dispose();
        foreach (var controller in _controllers) controller.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private async Task ReadLoopAsync(NvmeBlockDevice device, Memory<byte> memory)
    {
        for (var n = 0; n < Operations / _loops.Length; n++) await device.ReadAsync(memory, (long)n * Bytes).ConfigureAwait(false);
    }
}
