using BenchmarkDotNet.Attributes;
using UserNvme.Memory;

namespace UserNvme.Benchmarks;

/// <summary>Renting a buffer and giving it back: the one piece that allocates, the buffer object. Services rent before the loop.</summary>
public class DmaHeapBenchmarks
{
    private readonly DmaHeap _heap = new();
    private DmaBuffer _kept = null!;

    [Params(4096, 1 << 20)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Open() => _kept = _heap.Rent(Bytes);

    [Benchmark]
    public void RentAndReturn() => _heap.Rent(Bytes).Dispose();

    /// <summary>What each command pays for the rule that its memory is the device's until it completes.</summary>
    [Benchmark]
    public void LeaseAndRelease()
    {
        _kept.AddLease();
        _kept.ReleaseLease();
    }

    [GlobalCleanup]
    public void Close()
    {
        _kept.Dispose();
        _heap.Dispose();
    }
}
