using BenchmarkDotNet.Attributes;
using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Benchmarks;

/// <summary>What the driver itself costs per command on the raw door: submit and complete on a ring that completes at once.</summary>
public class RawDoorInstantBenchmarks
{
    private const int Commands = 4096;
    private const int Bytes = 4096;

    private readonly DmaHeap _heap = new();
    private readonly InstantDevice _device = new();
    private QueuePair<int, CountingHandler> _pair = null!;
    private DmaBuffer _buffer = null!;
    private DmaSpace _space = null!;

    /// <summary>Commands for each pair of doorbell writes.</summary>
    [Params(1, 32)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _space = _heap.Attach(_device);
        _pair = new QueuePair<int, CountingHandler>(
            new QueuePairSettings
            {
                Id = new QueueId(1),
                Entries = 128,
                PageSize = 4096,
                MaxTransferBytes = 128 << 10,
                CommandTimeout = TimeSpan.FromSeconds(30),
                Heap = _heap,
                Space = _space,
                Monitor = new NoMonitor(),
                Address = "instant",
            },
            default);
        _device.Open(_pair);
        _buffer = _heap.Rent(Bytes);
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
        _heap.Detach(_space);
        _heap.Dispose();
    }

    private long Run(SubmissionEntry command)
    {
        for (var done = 0; done < Commands; done += Batch)
        {
            for (var i = 0; i < Batch; i++) _pair.TrySubmit(in command, _buffer, 0, Bytes, i);
            _pair.Ring();
            _pair.Poll();
        }

        if (_pair.InFlight != 0 || _pair.Handler.Failed != 0) throw new InvalidOperationException("A command did not complete.");
        return _pair.Handler.Done;
    }
}
