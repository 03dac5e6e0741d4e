using Microsoft.Extensions.Logging;
using UserNvme.Interop;
using UserNvme.Memory;

namespace UserNvme.Tests.Memory;

public sealed class RegionSourceTests : IDisposable
{
    private const long Megabyte = 1 << 20;
    private const int TwoMegabytes = 2 << 20;
    private const int OneGigabyte = 1 << 30;

    private readonly RecordingLogger _logger = new();
    private readonly List<(long Length, int PageSize)> _asked = [];
    private readonly List<RegionMemory> _given = [];

    // A machine with this many bytes of free hugepages of any size.
    private long _freeHuge;

    [Theory]
    [InlineData(64, 64)]
    [InlineData(63, 32)]
    [InlineData(5, 4)]
    [InlineData(2, 2)]
    public void With_too_few_hugepages_a_region_is_halved_until_they_suffice(int freeMegabytes, int expectedMegabytes)
    {
        _freeHuge = freeMegabytes * Megabyte;

        var memory = Source(new DmaHeapOptions()).Create(4096, long.MaxValue);

        Assert.Equal((nuint)(expectedMegabytes * Megabyte), memory.Length);
        Assert.Empty(_logger.Lines);
        Assert.All(_asked, a => Assert.Equal(TwoMegabytes, a.PageSize));
    }

    [Fact]
    public void A_region_is_never_smaller_than_what_is_needed()
    {
        _freeHuge = 9 * Megabyte;

        var memory = Source(new DmaHeapOptions()).Create((5 * Megabyte) + 1, long.MaxValue);

        Assert.Equal((nuint)(8 * Megabyte), memory.Length);
    }

    [Fact]
    public void With_no_hugepages_small_ones_serve_and_one_warning_says_how_to_reserve_some()
    {
        var source = Source(new DmaHeapOptions { RegionBytes = 4 * Megabyte });

        source.Create(4096, long.MaxValue);
        source.Create(4096, long.MaxValue);

        Assert.Equal([4096, 4096], _asked.Where(a => a.PageSize == 4096).Select(a => a.PageSize));
        var (level, text) = Assert.Single(_logger.Lines);
        Assert.Equal(LogLevel.Warning, level);
        Assert.Contains("ENOMEM", text, StringComparison.Ordinal);
        Assert.Contains("echo 64 > /proc/sys/vm/nr_hugepages", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Hugepages_are_asked_for_anew_with_each_region()
    {
        var source = Source(new DmaHeapOptions { RegionBytes = 4 * Megabyte });
        source.Create(4096, long.MaxValue);
        _freeHuge = 4 * Megabyte;

        source.Create(4096, long.MaxValue);

        Assert.Equal((4 * Megabyte, TwoMegabytes), _asked[^1]);
    }

    [Theory]
    [InlineData(DmaPageSize.TwoMegabytes, TwoMegabytes, "echo 64 > /proc/sys/vm/nr_hugepages")]
    [InlineData(DmaPageSize.OneGigabyte, OneGigabyte, "hugepagesz=1G")]
    public void Hugepages_that_were_asked_for_by_size_are_not_replaced_by_others(DmaPageSize pageSize, int bytes, string advice)
    {
        var error = Assert.Throws<NvmeSetupException>(() => Source(new DmaHeapOptions { PageSize = pageSize }).Create(4096, long.MaxValue));

        Assert.Equal(SetupProblem.NoMemory, error.Problem);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
        Assert.All(_asked, a => Assert.Equal(bytes, a.PageSize));
    }

    [Fact]
    public void A_limit_cuts_a_region_and_leaves_hugepages_whole()
    {
        _freeHuge = 64 * Megabyte;

        var memory = Source(new DmaHeapOptions()).Create(4096, (7 * Megabyte) - 1);

        Assert.Equal((nuint)(6 * Megabyte), memory.Length);
    }

    [Fact]
    public void A_limit_below_one_hugepage_means_small_pages_without_a_warning()
    {
        _freeHuge = 64 * Megabyte;

        var memory = Source(new DmaHeapOptions { MaxBytes = Megabyte }).Create(4096, Megabyte);

        Assert.Equal((nuint)Megabyte, memory.Length);
        Assert.Equal(4096, Assert.Single(_asked).PageSize);
        Assert.Empty(_logger.Lines);
    }

    public void Dispose()
    {
        foreach (var memory in _given) RegionMemory.Free(memory.AsRegion(0));
    }

    private RegionSource Source(DmaHeapOptions options) => new(options, _logger, (length, pageSize, node, out error) =>
    {
        _asked.Add(((long)length, pageSize));
        error = Errno.ENOMEM;
        if (pageSize > 4096 && (long)length > _freeHuge) return null;
        var memory = RegionMemory.TryCreate(length, 4096, node, out error)!;
        _given.Add(memory);
        return memory;
    });
}
