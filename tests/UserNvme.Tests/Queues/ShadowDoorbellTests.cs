using CsCheck;
using UserNvme.Controllers;
using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;
using UserNvme.Tests.Memory;
using UserNvme.Transports;

namespace UserNvme.Tests.Queues;

/// <summary>Shadow doorbells: when the register has to be written, and that no order of events loses a wake-up.</summary>
public class ShadowDoorbellTests
{
    [Fact]
    public void The_register_is_written_when_walking_there_one_by_one_leaves_the_event_index_behind() =>
        (from size in Gen.OneOf(Gen.UInt[2, 9], Gen.UInt[2, 65_536], Gen.Const(65_536u))
         from before in Gen.UInt[0, size - 1]
         from steps in Gen.OneOf(Gen.UInt[1, size - 1], Gen.UInt[1, Math.Min(size - 1, 8)])
         from eventIndex in Gen.OneOf(Gen.UInt[0, size - 1], Gen.UInt, Gen.UInt[0, 8].Select(near => (before + near) % size))
         select (eventIndex, before, now: (before + steps) % size, size)).Sample(
            t => Assert.Equal(Passes(t.eventIndex, t.before, t.now, t.size), QueueDoorbell.IsAwaited(t.eventIndex, t.before, t.now, t.size)), iter: 20_000);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void No_order_of_events_loses_a_wake_up(int size)
    {
        for (var start = 0; start < size; start++)
            Assert.Null(FirstLoss(size, start, hasBarrier: true, actors: 3, length: 11));
    }

    [Fact]
    public void No_long_order_of_events_loses_a_wake_up_in_a_queue_of_any_size() =>
        (from size in Gen.OneOf(Gen.Int[2, 40], Gen.Int[2, 65_536], Gen.Const(65_536))
         from start in Gen.OneOf(Gen.Int[0, size - 1], Gen.Int[Math.Max(0, size - 20), size - 1])
         from schedule in Gen.Int[0, 2].Array[20, 200]
         from lengths in Gen.Int[1, Math.Min(size - 1, 20)].Array[1, 20]
         select (size, start, schedule, lengths)).Sample(
            t => Assert.False(new ShadowWorld((uint)t.size, (uint)t.start, hasBarrier: true, t.lengths).Loses(t.schedule)), iter: 20_000);

    // Without this the two tests above might see nothing.
    [Fact]
    public void Without_the_barrier_a_wake_up_is_lost() => Assert.NotNull(FirstLoss(size: 4, start: 0, hasBarrier: false, actors: 4, length: 9));

    [Fact]
    public void A_controller_that_polls_and_says_so_never_has_its_register_written()
    {
        using var world = new ShadowWorld(size: 8, start: 0, hasBarrier: true, [1]);

        for (var i = 0; i < 100; i++) world.RingWithEventIndex(uint.MaxValue);

        Assert.Equal(0, world.Writes);
    }

    [Theory]
    [InlineData(0, 4096)]
    [InlineData(2, 4096)]
    [InlineData(9, 4096)]
    [InlineData(10, 4096)]
    [InlineData(15, 65_536)]
    public void Shadows_lie_as_the_registers_do_and_queues_behind_the_page_have_none(byte stride, int pageSize)
    {
        using var heap = new DmaHeap(new DmaHeapOptions { PageSize = DmaPageSize.FourKilobytes, RegionBytes = 4 << 20 });
        var space = heap.Attach(new RecordingDomain());
        using var shadows = new ShadowDoorbells(heap, space, pageSize, stride);
        shadows.Clear();
        var register = new Doorbell(null!, 0);

        for (ushort id = 1; id <= 1024; id++)
        {
            var places = new[] { ControllerRegisters.SubmissionDoorbell(new(id), stride), ControllerRegisters.CompletionDoorbell(new(id), stride) }
                .Select(offset => offset - ControllerRegisters.Doorbells).ToArray();
            var doorbells = new[] { shadows.Attach(register, new(id), completion: false), shadows.Attach(register, new(id), completion: true) };

            for (var i = 0; i < 2; i++)
            {
                Assert.Equal(places[i] <= pageSize - 4, doorbells[i].HasShadow);
                Assert.Equal(doorbells[0].HasShadow, doorbells[i].HasShadow);
                if (!doorbells[i].HasShadow) continue;
                doorbells[i].WriteShadow(0xABCD);
                var words = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(shadows.Memory.GetSpan());
                Assert.Equal(places[i] / 4, words.IndexOf(0xABCDu));
                words[(pageSize + places[i]) / 4] = 77;
                Assert.Equal(77u, doorbells[i].EventIndex);
                shadows.Clear(new QueueId(id));
                Assert.Equal(-1, words.IndexOfAnyExcept(0u));
            }
        }

        heap.Detach(space);
    }

    [Fact]
    public void The_command_names_two_pages_and_never_address_0()
    {
        using var heap = new DmaHeap(new DmaHeapOptions { PageSize = DmaPageSize.FourKilobytes, RegionBytes = 4 << 20 });
        var space = heap.Attach(new RecordingDomain());
        using var shadows = new ShadowDoorbells(heap, space, 8192, 0);

        Assert.Equal(0x7C, shadows.Command.Opcode);
        Assert.Equal((space.Translate(shadows.Memory).Value, shadows.Command.Prp1 + 8192), (shadows.Command.Prp1, shadows.Command.Prp2));
        Assert.Equal(0ul, shadows.Command.Prp1 % 8192);
        Assert.Throws<ArgumentOutOfRangeException>(() => AdminCommands.DoorbellBufferConfig(0, 4096));
        Assert.Throws<ArgumentOutOfRangeException>(() => AdminCommands.DoorbellBufferConfig(4096, 0));
        heap.Detach(space);
    }

    private static bool Passes(uint eventIndex, uint before, uint now, uint size)
    {
        for (var place = before; place != now; place = (place + 1) % size)
        {
            if (place == eventIndex) return true;
        }

        return false;
    }

    // All schedules of that length, one after the other; the first that leaves the controller asleep before something that it was not told of.
    private static int[]? FirstLoss(int size, int start, bool hasBarrier, int actors, int length)
    {
        var schedule = new int[length];
        while (true)
        {
            if (new ShadowWorld((uint)size, (uint)start, hasBarrier, [1, size - 1]).Loses(schedule)) return schedule;
            var digit = 0;
            while (digit < length && ++schedule[digit] == actors) schedule[digit++] = 0;
            if (digit == length) return null;
        }
    }
}
