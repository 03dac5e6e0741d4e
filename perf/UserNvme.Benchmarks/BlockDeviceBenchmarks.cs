using System.Buffers;
using BenchmarkDotNet.Attributes;
using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Spec;

namespace UserNvme.Benchmarks;

/// <summary>
/// 4 KiB reads and writes on the async door with DMA buffers, awaited one after the other by some loops at once. The emulated controller
/// works on the reactor's thread and moves no data.
/// </summary>
public class BlockDeviceBenchmarks
{
    private const int Operations = 16_384;
    private const int Bytes = 4096;
    private NvmeController _controller = null!;
    private NvmeBlockDevice _device = null!;
    private IMemoryOwner<byte>[] _buffers = null!;
    private Task[] _loops = null!;

    /// <summary>Where the loops continue.</summary>
    [Params(CompletionMode.Inline, CompletionMode.ThreadPool)]
    public CompletionMode Completion { get; set; }

    /// <summary>How many loops.</summary>
    [Params(1, 32)]
    public int InFlight { get; set; }

    [GlobalSetup]
    public void Open()
    {
        var transport = EmulatedTransport.Open("?host=inline&backing=null");
        _controller = NvmeController.OpenAsync(transport, new NvmeControllerOptions { Completion = Completion }).GetAwaiter().GetResult();
        _device = NvmeBlockDevice.Open(_controller, new NamespaceId(1));
        _buffers = [.. Enumerable.Range(0, InFlight).Select(_ => _device.RentBuffer(Bytes))];
        _loops = new Task[InFlight];
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task ReadAsync()
    {
        for (var i = 0; i < InFlight; i++) _loops[i] = ReadLoopAsync(_buffers[i].Memory);
        return Task.WhenAll(_loops);
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task WriteAsync()
    {
        for (var i = 0; i < InFlight; i++) _loops[i] = WriteLoopAsync(_buffers[i].Memory);
        return Task.WhenAll(_loops);
    }

    [GlobalCleanup]
    public void Close()
    {
        foreach (var buffer in _buffers) buffer.Dispose();
        _controller.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private async Task ReadLoopAsync(Memory<byte> memory)
    {
        for (var n = 0; n < Operations / InFlight; n++) await _device.ReadAsync(memory, (long)n * Bytes).ConfigureAwait(false);
    }

    private async Task WriteLoopAsync(Memory<byte> memory)
    {
        for (var n = 0; n < Operations / InFlight; n++) await _device.WriteAsync(memory, (long)n * Bytes).ConfigureAwait(false);
    }
}
