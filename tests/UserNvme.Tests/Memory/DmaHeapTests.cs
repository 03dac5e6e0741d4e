using System.Buffers;
using CsCheck;
using Microsoft.Extensions.Logging;
using UserNvme.Memory;

namespace UserNvme.Tests.Memory;

public class DmaHeapTests
{
    private static DmaHeapOptions Small => new() { PageSize = DmaPageSize.FourKilobytes, RegionBytes = 1 << 20 };

    [Fact]
    public void A_rented_buffer_can_be_read_and_written()
    {
        using var heap = new DmaHeap(Small);
        using var buffer = heap.Rent(10_000);

        buffer.GetSpan().Fill(0x5a);

        Assert.Equal(10_000, buffer.Memory.Length);
        Assert.True(buffer.Memory.Span.IndexOfAnyExcept((byte)0x5a) < 0);
    }

    [Fact]
    public void Buffers_that_are_out_never_overlap_and_keep_their_alignment_and_contents() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[1, 200_000], Gen.Int[0, 18], Gen.Int[0, 1000]).Array[1, 80].Sample(steps =>
        {
            using var heap = new DmaHeap(Small);
            var domain = new RecordingDomain();
            var space = heap.Attach(domain);
            var held = new List<(DmaBuffer Buffer, byte Mark)>();

            for (var i = 0; i < steps.Length; i++)
            {
                var (action, length, shift, pick) = steps[i];
                if (action == 0 && held.Count > 0)
                {
                    var (buffer, mark) = held[pick % held.Count];
                    Assert.True(buffer.GetSpan().IndexOfAnyExcept(mark) < 0);
                    buffer.Dispose();
                    held.RemoveAt(pick % held.Count);
                    continue;
                }

                var rented = heap.Rent(length, 1 << shift);
                Assert.Equal(0, rented.Address % Math.Max(1 << shift, 4096));
                var iova = space.Translate(rented);
                Assert.Equal(0UL, iova.Value % (ulong)Math.Max(1 << shift, 4096));
                Assert.Equal(rented.Address, domain.HostAddress(iova));
                Assert.Equal(rented.Address + length - 1, domain.HostAddress(new Iova(iova.Value + (ulong)length - 1)));
                rented.GetSpan().Fill((byte)i);
                held.Add((rented, (byte)i));
            }

            foreach (var (buffer, mark) in held) Assert.True(buffer.GetSpan().IndexOfAnyExcept(mark) < 0);
            foreach (var (buffer, _) in held) buffer.Dispose();
            Assert.Equal(0, heap.RentedBytes);
            heap.Detach(space);
            Assert.Empty(domain.Mappings);
        }, iter: 60);

    [Fact]
    public void A_region_that_got_all_its_buffers_back_serves_one_as_large_as_itself()
    {
        using var heap = new DmaHeap(Small);
        var buffers = Enumerable.Range(0, 256).Select(_ => heap.Rent(4096)).ToArray();
        foreach (var buffer in buffers.OrderBy(b => b.Address % 7)) buffer.Dispose();

        using var whole = heap.Rent(1 << 20);

        Assert.Equal(1 << 20, heap.CommittedBytes);
    }

    [Fact]
    public void The_heap_grows_by_regions_and_maps_each_in_every_space_before_it_is_rented()
    {
        using var heap = new DmaHeap(Small);
        var (one, other) = (new RecordingDomain("one"), new RecordingDomain("other"));
        var (first, second) = (heap.Attach(one), heap.Attach(other));

        using var a = heap.Rent(1 << 20);
        using var b = heap.Rent(1 << 20);

        Assert.NotEqual(a.RegionIndex, b.RegionIndex);
        Assert.Equal(b.Address, one.HostAddress(first.Translate(b)));
        Assert.Equal(b.Address, other.HostAddress(second.Translate(b)));
    }

    [Fact]
    public void A_space_attached_later_maps_what_is_there()
    {
        using var heap = new DmaHeap(Small);
        using var buffer = heap.Rent(4096);
        var domain = new RecordingDomain();

        var space = heap.Attach(domain);

        Assert.Equal(buffer.Address + 100, domain.HostAddress(space.Translate(buffer, 100)));
    }

    [Fact]
    public void The_same_domain_gives_the_same_space_until_its_last_detach()
    {
        using var heap = new DmaHeap(Small);
        heap.Rent(4096).Dispose();
        var domain = new RecordingDomain();
        var (first, second) = (heap.Attach(domain), heap.Attach(domain));

        heap.Detach(first);
        var mappedAfterOne = domain.Mappings.Count;
        heap.Detach(second);

        Assert.Same(first, second);
        Assert.Equal(1, mappedAfterOne);
        Assert.Empty(domain.Mappings);
        Assert.Throws<InvalidOperationException>(() => heap.Detach(first));
    }

    [Fact]
    public void Two_heaps_in_one_domain_get_IOVAs_that_do_not_overlap()
    {
        using var one = new DmaHeap(Small);
        using var other = new DmaHeap(Small);
        var domain = new RecordingDomain();
        var (a, b) = (one.Attach(domain), other.Attach(domain));

        using var first = one.Rent(4096);
        using var second = other.Rent(4096);

        Assert.Equal(first.Address, domain.HostAddress(a.Translate(first)));
        Assert.Equal(second.Address, domain.HostAddress(b.Translate(second)));
    }

    [Fact]
    public void A_buffer_of_another_heap_is_not_translated()
    {
        using var one = new DmaHeap(Small);
        using var other = new DmaHeap(Small);
        var space = one.Attach(new RecordingDomain());
        using var foreign = other.Rent(4096);

        Assert.Throws<ArgumentException>(() => space.Translate(foreign));
    }

    [Fact]
    public void An_address_of_a_region_that_is_no_longer_mapped_translates_to_one_that_no_IOMMU_reaches()
    {
        using var heap = new DmaHeap(Small);
        var space = heap.Attach(new RecordingDomain());
        using var buffer = heap.Rent(4096);
        heap.Detach(space);

        var iova = space.Translate(buffer.Address, buffer.RegionIndex);

        Assert.True(iova.Value >= 1UL << 63);
    }

    [Fact]
    public void A_refused_mapping_leaves_nothing_behind_and_the_error_comes_through()
    {
        using var heap = new DmaHeap(Small);
        var (good, bad) = (new RecordingDomain("good"), new RecordingDomain("bad") { MapsUntilRefusal = 0 });
        heap.Attach(good);
        heap.Attach(bad);

        var error = Assert.Throws<NvmeSetupException>(() => heap.Rent(4096));
        bad.MapsUntilRefusal = 1;
        using var buffer = heap.Rent(4096);

        Assert.Equal(SetupProblem.MemlockTooSmall, error.Problem);
        Assert.Single(good.Mappings);
        Assert.Single(bad.Mappings);
        Assert.Equal(1 << 20, heap.CommittedBytes);
    }

    [Fact]
    public void A_domain_that_refuses_one_of_the_regions_is_not_attached()
    {
        using var heap = new DmaHeap(Small);
        using var a = heap.Rent(1 << 20);
        using var b = heap.Rent(1 << 20);
        var domain = new RecordingDomain { MapsUntilRefusal = 1 };

        Assert.Throws<NvmeSetupException>(() => heap.Attach(domain));

        Assert.Empty(domain.Mappings);
    }

    [Fact]
    public void A_used_up_mapping_budget_is_named()
    {
        using var heap = new DmaHeap(Small);
        heap.Attach(new RecordingDomain("group 14") { MappingsAvailable = 0 });

        var error = Assert.Throws<NvmeSetupException>(() => heap.Rent(4096));

        Assert.Equal(SetupProblem.TooManyMappings, error.Problem);
        Assert.Contains("group 14", error.Message, StringComparison.Ordinal);
        Assert.Contains("dma_entry_limit", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_that_could_not_be_unmapped_is_never_rented_again()
    {
        var logger = new RecordingLogger();
        using var heap = new DmaHeap(Small, logger);
        var domain = new RecordingDomain { RefusesUnmap = true };
        var space = heap.Attach(domain);
        var buffer = heap.Rent(4096);
        var region = buffer.RegionIndex;
        buffer.Dispose();

        heap.Detach(space);
        using var next = heap.Rent(4096);

        Assert.NotEqual(region, next.RegionIndex);
        Assert.Equal(1 << 20, heap.RetiredBytes);
        Assert.Contains(logger.Lines, l => l.Level == LogLevel.Error);
    }

    [Theory]
    [InlineData(false, 1 << 20)]
    [InlineData(true, 0)]
    public void Memory_that_another_process_did_not_give_back_goes_with_the_heap_and_a_devices_never(bool foreign, long left)
    {
        var logger = new RecordingLogger();
        var heap = new DmaHeap(Small, logger);
        RecordingDomain domain = foreign ? new OtherProcess { RefusesUnmap = true } : new RecordingDomain { RefusesUnmap = true };
        var space = heap.Attach(domain);
        heap.Rent(4096).Dispose();

        heap.Detach(space);
        Assert.Equal(1 << 20, heap.RetiredBytes);
        heap.Dispose();

        Assert.Equal((left, left), (heap.RetiredBytes, heap.CommittedBytes));
        Assert.Equal(!foreign, logger.Lines.Any(l => l.Level == LogLevel.Error));
    }

    private sealed class OtherProcess : RecordingDomain, IForeignDomain;

    [Fact]
    public void Whatever_a_domain_throws_at_unmapping_retires_that_region_and_the_others_are_still_unmapped()
    {
        using var heap = new DmaHeap(Small);
        var domain = new RecordingDomain { UnmapRefusal = new ObjectDisposedException("container") };
        var space = heap.Attach(domain);
        using var first = heap.Rent(1 << 20);
        using var second = heap.Rent(1 << 20);
        domain.RefusesUnmap = true;

        heap.Detach(space);

        Assert.Equal(2 << 20, heap.RetiredBytes);
        Assert.True(space.Translate(second.Address, second.RegionIndex).Value >= 1UL << 63);
    }

    [Fact]
    public void A_retired_region_is_mapped_in_no_new_domain_and_translates_to_nothing_there()
    {
        using var heap = new DmaHeap(Small);
        var space = heap.Attach(new RecordingDomain { RefusesUnmap = true });
        var buffer = heap.Rent(4096);
        var (address, retired) = (buffer.Address, buffer.RegionIndex);
        buffer.Dispose();
        heap.Detach(space);
        using var next = heap.Rent(4096);

        var domain = new RecordingDomain();
        var fresh = heap.Attach(domain);

        Assert.Equal(next.RegionIndex, Assert.Single(domain.Mappings.Values).Index);
        Assert.True(fresh.Translate(address, retired).Value >= 1UL << 63);
    }

    [Fact]
    public void The_limit_of_the_heap_is_an_error_that_names_it()
    {
        var options = Small;
        options.MaxBytes = 3 << 19;
        using var heap = new DmaHeap(options);
        using var first = heap.Rent(1 << 20);
        using var second = heap.Rent(1 << 19);

        var error = Assert.Throws<NvmeSetupException>(() => heap.Rent(4096));

        Assert.Equal(SetupProblem.NoMemory, error.Problem);
        Assert.Contains("MaxBytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(3 << 19, heap.CommittedBytes);
    }

    [Fact]
    public void A_buffer_larger_than_a_region_gets_a_region_that_fits()
    {
        using var heap = new DmaHeap(Small);

        using var buffer = heap.Rent((3 << 20) + 1);
        buffer.GetSpan()[3 << 20] = 1;

        Assert.Equal((3 << 20) + 4096, heap.CommittedBytes);
    }

    [Fact]
    public void Memory_of_a_disposed_heap_stays_until_the_last_buffer_is_given_back()
    {
        var heap = new DmaHeap(Small);
        var buffer = heap.Rent(4096);

        heap.Dispose();
        buffer.GetSpan().Fill(7);
        var committedBefore = heap.CommittedBytes;
        buffer.Dispose();

        Assert.Equal(1 << 20, committedBefore);
        Assert.Equal(0, heap.CommittedBytes);
        Assert.Throws<ObjectDisposedException>(() => heap.Rent(4096));
    }

    [Fact]
    public void Memory_of_a_disposed_heap_stays_while_a_domain_has_it_mapped()
    {
        var heap = new DmaHeap(Small);
        var space = heap.Attach(new RecordingDomain());
        heap.Rent(4096).Dispose();

        heap.Dispose();
        var committedBefore = heap.CommittedBytes;
        heap.Detach(space);

        Assert.Equal(1 << 20, committedBefore);
        Assert.Equal(0, heap.CommittedBytes);
    }

    [Fact]
    public void Rented_memory_is_zeroed_when_the_heap_was_told_to()
    {
        var options = Small;
        options.ZeroRented = true;
        using var heap = new DmaHeap(options);
        using (var dirty = heap.Rent(1 << 20)) dirty.GetSpan().Fill(0xff);

        using var clean = heap.Rent(1 << 20);

        Assert.True(clean.GetSpan().IndexOfAnyExcept((byte)0) < 0);
    }

    [Fact]
    public void Many_threads_rent_mark_and_give_back_without_meeting_each_other()
    {
        using var heap = new DmaHeap(Small);
        var domain = new RecordingDomain();
        var space = heap.Attach(domain);

        var clashes = 0;
        Parallel.For(0, 8, worker =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 2000; i++)
            {
                using var buffer = heap.Rent(random.Next(1, 100_000));
                var mark = (byte)(worker + 1);
                buffer.GetSpan().Fill(mark);
                if (domain.HostAddress(space.Translate(buffer)) != buffer.Address) Interlocked.Increment(ref clashes);
                if (buffer.GetSpan().IndexOfAnyExcept(mark) >= 0) Interlocked.Increment(ref clashes);
            }
        });

        Assert.Equal(0, clashes);
        Assert.Equal(0, heap.RentedBytes);
    }
}
