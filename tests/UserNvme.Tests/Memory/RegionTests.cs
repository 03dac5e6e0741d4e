using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using UserNvme.Interop;
using UserNvme.Memory;

namespace UserNvme.Tests.Memory;

public unsafe class RegionTests
{
    private const int TwoMegabytes = 2 << 20;

    [Fact]
    public void A_region_is_aligned_sealed_against_shrinking_and_not_inherited()
    {
        using var heap = new DmaHeap(new DmaHeapOptions { PageSize = DmaPageSize.FourKilobytes, RegionBytes = 1 << 20 });
        var domain = new RecordingDomain();
        heap.Attach(domain);
        using var buffer = heap.Rent(4096);

        var region = domain.Mappings.Values.Single();
        var file = (int)region.File!.DangerousGetHandle();

        Assert.Equal(0, region.Address % TwoMegabytes);
        Assert.Equal((nuint)(1 << 20), region.Length);
        Assert.Equal(-1, LibC.ftruncate(file, 4096));
        Assert.Equal(Errno.EPERM, Errno.Last);
        Assert.Equal(LibC.FD_CLOEXEC, LibC.fcntl(file, LibC.F_GETFD));
    }

    [Fact]
    public void A_region_is_left_out_of_forks_and_core_dumps_and_is_all_there_from_the_start()
    {
        using var heap = new DmaHeap(new DmaHeapOptions { PageSize = DmaPageSize.FourKilobytes, RegionBytes = 1 << 20 });
        using var buffer = heap.Rent(4096);

        var mapping = Mapping(buffer.Address);

        Assert.Contains("dc", mapping["VmFlags"].Split(' '));
        Assert.Contains("dd", mapping["VmFlags"].Split(' '));
        Assert.Contains("sh", mapping["VmFlags"].Split(' '));
        Assert.Equal("1024 kB", mapping["Rss"]);
    }

    [Fact]
    public void The_memfd_holds_the_same_bytes_as_the_region()
    {
        using var heap = new DmaHeap(new DmaHeapOptions { PageSize = DmaPageSize.FourKilobytes, RegionBytes = 1 << 20 });
        var domain = new RecordingDomain();
        heap.Attach(domain);
        using var buffer = heap.Rent(5000);
        buffer.GetSpan().Fill(0x77);
        var region = domain.Mappings.Values.Single();

        var read = new byte[5000];
        var count = RandomAccess.Read(Duplicate(region.File!), read, buffer.Address - region.Address);

        Assert.Equal(5000, count);
        Assert.True(read.AsSpan().IndexOfAnyExcept((byte)0x77) < 0);
    }

    [Fact]
    public void Left_to_the_driver_regions_are_hugepages_where_there_are_some_and_else_small_pages_with_one_warning()
    {
        var logger = new RecordingLogger();
        using var heap = new DmaHeap(new DmaHeapOptions { RegionBytes = TwoMegabytes }, logger);
        var domain = new RecordingDomain();
        heap.Attach(domain);

        using var first = heap.Rent(TwoMegabytes);
        using var second = heap.Rent(TwoMegabytes);

        var sizes = domain.Mappings.Values.Select(r => r.PageSize).ToArray();
        var warnings = logger.Lines.Where(l => l.Level == LogLevel.Warning).ToArray();
        Assert.All(domain.Mappings.Values, r => Assert.Equal($"{r.PageSize >> 10} kB", Mapping(r.Address)["KernelPageSize"]));
        if (sizes.Contains(4096)) Assert.Contains("nr_hugepages", Assert.Single(warnings).Text, StringComparison.Ordinal);
        else Assert.Empty(warnings);
    }

    [Theory]
    [InlineData(DmaPageSize.TwoMegabytes, 2048, "nr_hugepages")]
    [InlineData(DmaPageSize.OneGigabyte, 1048576, "hugepagesz=1G")]
    public void Hugepages_that_are_asked_for_are_given_or_the_error_says_how_to_reserve_them(DmaPageSize pageSize, int kilobytes, string advice)
    {
        using var heap = new DmaHeap(new DmaHeapOptions { PageSize = pageSize, RegionBytes = TwoMegabytes });
        try
        {
            using var buffer = heap.Rent(4096);
            Assert.Equal($"{kilobytes} kB", Mapping(buffer.Address)["KernelPageSize"]);
        }
        catch (NvmeSetupException error)
        {
            Assert.Equal(SetupProblem.NoMemory, error.Problem);
            Assert.Contains(advice, error.Message, StringComparison.Ordinal);
            Assert.Equal(0, heap.CommittedBytes);
        }
    }

    [Fact]
    public void More_hugepages_than_the_machine_has_are_an_error_at_once()
    {
        using var heap = new DmaHeap(new DmaHeapOptions { PageSize = DmaPageSize.OneGigabyte, RegionBytes = 1L << 50 });
        var machine = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

        var error = Record.Exception(() => heap.Rent(4096));

        Assert.True(error is null or NvmeSetupException { Problem: SetupProblem.NoMemory });
        Assert.True(heap.CommittedBytes <= machine);
    }

    [Fact]
    public void A_heap_that_wants_more_hugepages_than_are_free_takes_fewer()
    {
        var free = FreeHugepages();
        using var heap = new DmaHeap(new DmaHeapOptions { RegionBytes = (free + 1L) * TwoMegabytes, MaxBytes = 256L << 20 });

        using var buffer = heap.Rent(4096);

        Assert.InRange(heap.CommittedBytes, 4096, 256L << 20);
    }

    [Fact]
    public void A_node_that_does_not_exist_is_a_preference_that_cannot_be_met()
    {
        using var heap = new DmaHeap(new DmaHeapOptions { PageSize = DmaPageSize.FourKilobytes, RegionBytes = 1 << 20, NumaNode = 1000 });

        using var buffer = heap.Rent(4096);

        Assert.Equal(4096, buffer.Memory.Length);
    }

    [Fact]
    public void The_node_asked_for_becomes_the_policy_of_the_memory()
    {
        Assert.SkipUnless(CanPreferNodes(), "This process may not set memory policies.");
        using var heap = new DmaHeap(new DmaHeapOptions { PageSize = DmaPageSize.FourKilobytes, RegionBytes = 1 << 20, NumaNode = 0 });
        using var buffer = heap.Rent(4096);

        var line = File.ReadLines("/proc/self/numa_maps").First(l => l.StartsWith($"{buffer.Address:x} ", StringComparison.Ordinal));

        Assert.Equal("prefer:0", line.Split(' ')[1]);
    }

    // RandomAccess wants a handle of its own kind and takes no memfd that the heap still owns.
    private static SafeFileHandle Duplicate(SafeFileHandle file) => File.OpenHandle($"/proc/self/fd/{file.DangerousGetHandle()}");

    private static int FreeHugepages()
    {
        const string Free = "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages";
        return File.Exists(Free) ? int.Parse(File.ReadAllText(Free), CultureInfo.InvariantCulture) : 0;
    }

    // Containers may forbid mbind, and small kernels are built without it.
    private static bool CanPreferNodes()
    {
        var page = LibC.mmap(null, 4096, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        var error = MemoryCalls.PreferNode((nint)page, 4096, 0);
        _ = LibC.munmap(page, 4096);
        return error == 0 && File.Exists("/proc/self/numa_maps");
    }

    // The kernel's own account of the mapping that begins at or before an address.
    private static Dictionary<string, string> Mapping(nint address)
    {
        var found = new Dictionary<string, string>();
        var inside = false;
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            var words = line.Split(' ', 2);
            if (words[0].Contains('-', StringComparison.Ordinal))
            {
                var ends = words[0].Split('-').Select(e => ulong.Parse(e, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
                inside = ends[0] <= (ulong)address && (ulong)address < ends[1];
            }
            else if (inside)
            {
                found[words[0].TrimEnd(':')] = words[1].Trim();
            }
        }

        return found;
    }
}
