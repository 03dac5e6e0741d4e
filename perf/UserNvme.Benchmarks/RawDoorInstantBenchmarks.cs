using BenchmarkDotNet.Attributes;
using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Benchmarks;

/// <summary>
/// What the driver itself costs per command on the raw door: submit and complete on rings that complete at once. Each command in flight
/// has a buffer of its own, as in life.
/// </summary>
public class RawDoorInstantBenchmarks
{
    private const int Commands = 16_384;
    private const int Bytes = 4096;

    private readonly DmaHeap _heap = new();
    private readonly InstantDomain _domain = new();
    private QueuePair<int, CountingHandler>[] _pairs = [];
    private DmaBuffer[] _buffers = [];
    private DmaSpace _space = null!;

    /// <summary>Commands for each pair of doorbell writes.</summary>
    [Params(1, 32, 1024)]
    public int Batch { get; set; }

    /// <summary>Queue pairs on the thread, as of as many controllers, used in turn.</summary>
    [Params(1, 16)]
    public int Pairs { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _space = _heap.Attach(_domain);
        _pairs = [.. Enumerable.Range(1, Pairs).Select(id => OpenPair((ushort)id))];
        _buffers = [.. Enumerable.Range(0, Pairs * Batch).Select(_ => _heap.Rent(Bytes))];
    }

    [Benchmark(OperationsPerInvoke = Commands)]
    public long Read() => Run(NvmCommands.Read(new NamespaceId(1), default, Bytes / 512));

    [Benchmark(OperationsPerInvoke = Commands)]
    public long Write() => Run(NvmCommands.Write(new NamespaceId(1), default, Bytes / 512));

    [GlobalCleanup]
    public void Close()
    {
        foreach (var pair in _pairs) pair.Dispose();
        foreach (var buffer in _buffers) buffer.Dispose();
        _heap.Detach(_space);
        _heap.Dispose();
    }

    private QueuePair<int, CountingHandler> OpenPair(ushort id)
    {
        var pair = new QueuePair<int, CountingHandler>(
            new QueuePairSettings
            {
                Id = new QueueId(id),
                Entries = Math.Max(128, Batch + 1),
                PageSize = 4096,
                MaxTransferBytes = 128 << 10,
                CommandTimeout = TimeSpan.FromSeconds(30),
                Heap = _heap,
                Space = _space,
                Monitor = new NoMonitor(),
                Address = "instant",
            },
            default);
        InstantQueue.Open(pair, _domain.AddressOf);
        return pair;
    }

    private long Run(SubmissionEntry command)
    {
        for (var done = 0; done < Commands;)
        {
            for (var p = 0; p < _pairs.Length; p++, done += Batch)
            {
                var pair = _pairs[p];
                for (var i = 0; i < Batch; i++)
                {
                    // As a caller does it: another block each time.
                    command.Cdw10 = (uint)(done + i) * (Bytes / 512);
                    pair.TrySubmit(in command, _buffers[(p * Batch) + i], 0, Bytes, i);
                }

                pair.Ring();
                pair.Poll();
            }
        }

        long handled = 0;
        foreach (var pair in _pairs)
        {
            if (pair.InFlight != 0 || pair.Handler.Failed != 0) throw new InvalidOperationException("A command did not complete.");
            handled += pair.Handler.Done;
        }

        return handled;
    }
}
