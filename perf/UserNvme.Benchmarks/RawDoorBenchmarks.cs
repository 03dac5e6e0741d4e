using BenchmarkDotNet.Attributes;
using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Benchmarks;

/// <summary>
/// A read or write on the raw door, there and back: the emulated controller works on the same thread and moves no data. Its own work
/// (fetching, checking each DMA address, completing) is in the figure.
/// </summary>
public class RawDoorBenchmarks
{
    private const int Commands = 4096;
    private NvmeController _controller = null!;
    private QueuePair<int, CountingHandler> _pair = null!;
    private DmaBuffer _buffer = null!;

    /// <summary>Commands for each pair of doorbell writes.</summary>
    [Params(1, 32)]
    public int Batch { get; set; }

    /// <summary>Bytes of a command; more than 8 KiB takes a PRP list.</summary>
    [Params(4096, 131_072)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Open()
    {
        var transport = EmulatedTransport.Open("?host=inline&backing=null");
        _controller = NvmeController.OpenAsync(transport, new NvmeControllerOptions { Cores = [] }).GetAwaiter().GetResult();
        _pair = _controller.CreateQueuePair<int, CountingHandler>(64, default);
        _buffer = _controller.Heap.Rent(Bytes);
    }

    [Benchmark(OperationsPerInvoke = Commands)]
    public long Read() => Run(NvmCommands.Read(new NamespaceId(1), default, Bytes / 512));

    [Benchmark(OperationsPerInvoke = Commands)]
    public long Write() => Run(NvmCommands.Write(new NamespaceId(1), default, Bytes / 512));

    [GlobalCleanup]
    public void Close()
    {
        _pair.Dispose();
        _buffer.Dispose();
        _controller.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private long Run(SubmissionEntry command)
    {
        for (var done = 0; done < Commands; done += Batch)
        {
            for (var i = 0; i < Batch; i++) _pair.TrySubmit(in command, _buffer, 0, Bytes, i);
            _pair.Ring();
            while (_pair.InFlight != 0) _pair.Poll();
        }

        if (_pair.Handler.Failed != 0) throw new InvalidOperationException("A command failed.");
        return _pair.Handler.Done;
    }
}
