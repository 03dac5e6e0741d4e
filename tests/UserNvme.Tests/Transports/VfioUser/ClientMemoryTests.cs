using UserNvme.Memory;
using UserNvme.Transports.VfioUser;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Tests.Transports.VfioUser;

/// <summary>What a server gets of the client's memory when it asks: the ranges that it was given, and not a byte beside them.</summary>
public sealed unsafe class ClientMemoryTests
{
    private const ulong First = 0x10_0000;

    [Fact]
    public void A_server_reads_what_it_wrote_within_a_range()
    {
        var bytes = new byte[64];
        fixed (byte* start = bytes)
        {
            var memory = new VfioUserMemory();
            memory.Add(First, new DmaRegion(0, (nint)start, 64, 4096, null));

            memory.Write(VfioUserPayload.ToBytes(new VfioUserDmaAccess { Address = First + 60, Count = 4 }, [1, 2, 3, 4]));
            var reply = memory.Read(VfioUserPayload.ToBytes(new VfioUserDmaAccess { Address = First + 60, Count = 4 }));

            VfioUserDmaAccess.ParseWithData(reply, 64, out var data);
            Assert.Equal([1, 2, 3, 4], data.ToArray());
            Assert.Equal([1, 2, 3, 4], bytes[60..]);
        }
    }

    [Theory]
    [InlineData(First - 1, 1)]
    [InlineData(First + 61, 4)]
    [InlineData(First + 64, 1)]
    [InlineData(First, 65)]
    public void A_server_gets_nothing_outside_of_its_ranges(ulong address, ulong count)
    {
        var bytes = new byte[64];
        fixed (byte* start = bytes)
        {
            var memory = new VfioUserMemory();
            memory.Add(First, new DmaRegion(0, (nint)start, 64, 4096, null));

            var e = Assert.Throws<VfioUserProtocolException>(() => memory.Read(VfioUserPayload.ToBytes(new VfioUserDmaAccess { Address = address, Count = count })));

            Assert.Equal(14, e.Error);
        }
    }
}
