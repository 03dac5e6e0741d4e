using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using UserNvme.Memory;
using UserNvme.Spec;

namespace UserNvme.Benchmarks;

/// <summary>Describing a transfer by PRPs: one and two pages fit the entry, more take a list, more than 513 a chained one.</summary>
public unsafe class PrpBenchmarks
{
    private const int PageSize = 4096;
    private const int ListPages = 4;
    private const int Transfers = 64;
    private const ulong FirstData = 0x1_0000_0000;
    private void* _list;
    private SubmissionEntry _entry;

    [Params(1, 2, 3, 32, 512, 1024)]
    public int Pages { get; set; }

    [GlobalSetup]
    public void Open() => _list = NativeMemory.AlignedAlloc(ListPages * PageSize, PageSize);

    [Benchmark(OperationsPerInvoke = Transfers)]
    public int Describe()
    {
        var list = new PrpList((ulong*)_list, new Iova(0x2_0000_0000), ListPages);
        var pages = 0;
        for (var i = 0; i < Transfers; i++)
            pages += PrpBuilder.Describe(ref _entry, new Iova(FirstData + ((ulong)i << 22)), Pages * PageSize, PageSize, list);
        return pages;
    }

    [GlobalCleanup]
    public void Close() => NativeMemory.AlignedFree(_list);
}
