using BenchmarkDotNet.Attributes;
using UserNvme.Memory;
using UserNvme.Spec;

namespace UserNvme.Benchmarks;

/// <summary>What DMA memory costs per command: lease, translation, PRPs. And what renting costs, which is done before the loop.</summary>
[MemoryDiagnoser]
public unsafe class DmaMemoryBenchmarks : IDisposable
{
    private readonly DmaHeap _heap = new();
    private readonly DmaBuffer[] _held = new DmaBuffer[1000];
    private readonly PrpPiece[] _pieces = new PrpPiece[32];
    private DmaSpace _space = null!;
    private DmaBuffer _buffer = null!;
    private PrpList _list;
    private SubmissionEntry _entry;

    [GlobalSetup]
    public void Setup()
    {
        _space = _heap.Attach(new OpenDomain());
        _buffer = _heap.Rent(1 << 20);
        var pages = _heap.Rent(4096);
        _list = new PrpList((ulong*)pages.Address, _space.Translate(pages), 1);

        // A heap in use: every second one of many small buffers is out.
        for (var i = 0; i < _held.Length; i++) _held[i] = _heap.Rent(4096);
        for (var i = 0; i < _held.Length; i += 2) _held[i].Dispose();
        for (var i = 0; i < _pieces.Length; i++) _pieces[i] = new PrpPiece(_space.Translate(_buffer, i * 8192), 4096);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _heap.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public void LeaseAndRelease()
    {
        _buffer.AddLease();
        _buffer.ReleaseLease();
    }

    [Benchmark]
    public ulong Translate() => _space.Translate(_buffer.Address + 8192, _buffer.RegionIndex).Value;

    [Benchmark]
    public ulong TranslateChecked() => _space.Translate(_buffer, 8192).Value;

    [Benchmark]
    [Arguments(4 << 10)]
    [Arguments(128 << 10)]
    [Arguments(1 << 20)]
    public int DescribeContiguous(int length) =>
        PrpBuilder.Describe(ref _entry, _space.Translate(_buffer.Address, _buffer.RegionIndex), length, 4096, _list);

    [Benchmark]
    public int Describe32Pieces() => PrpBuilder.Describe(ref _entry, _pieces, 4096, _list);

    [Benchmark]
    [Arguments(4 << 10)]
    [Arguments(128 << 10)]
    public void RentAndReturn(int length) => _heap.Rent(length).Dispose();

    private sealed class OpenDomain : IDmaDomain
    {
        public string Name => "benchmark";

        public IReadOnlyList<IovaRange> AllowedRanges { get; } = [new(0, (1UL << 39) - 1)];

        public ulong PageSizes => 4096;

        public long MappingsAvailable => long.MaxValue;

        public void Map(DmaRegion region, Iova iova)
        {
        }

        public void Unmap(DmaRegion region, Iova iova)
        {
        }
    }
}
