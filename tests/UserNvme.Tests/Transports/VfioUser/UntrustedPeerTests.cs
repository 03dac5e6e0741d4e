using CsCheck;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Tests.Transports.VfioUser;

/// <summary>The peer is not trusted: whatever bytes come, reading them ends in a message that can be used or in one kind of error.</summary>
public class UntrustedPeerTests
{
    private const int Limit = 4096;
    private const int Vectors = 17;

    // A correct payload, with some of its bytes overwritten and its end cut off.
    private static Gen<byte[]> Mutated(byte[] correct) =>
        from changes in Gen.Select(Gen.Int[0, correct.Length - 1], Gen.Byte).Array[0, 8]
        from length in Gen.Frequency((4, Gen.Const(correct.Length)), (1, Gen.Int[0, correct.Length]))
        select Apply(correct, changes, length);

    [Fact]
    public void A_mutated_header_has_a_size_that_can_be_read_or_is_refused()
    {
        var correct = new byte[16];
        new VfioUserHeader(7, VfioUserCommand.RegionRead, 32, VfioUserMessageFlags.None, 0).Write(correct);

        Mutated(correct).Sample(bytes => Outcome(() =>
        {
            var header = VfioUserHeader.Parse(bytes);
            Assert.InRange(header.Size, VfioUserHeader.Length, VfioUserHeader.LongestMessage);
        }), iter: 20_000);
    }

    [Fact]
    public void A_mutated_version_has_capabilities_that_can_be_used_or_is_refused() =>
        Mutated(new VfioUserVersion(0, 1, new VfioUserCapabilities()).ToBytes()).Sample(bytes => Outcome(() =>
        {
            var capabilities = VfioUserVersion.Parse(bytes).Capabilities;
            Assert.True(capabilities is { MaxMessageDescriptors: >= 1, MaxDataTransferSize: >= 1, MaxDmaMaps: >= 1 });
            Assert.Equal(0ul, capabilities.PageSizes & 4095);
        }), iter: 20_000);

    [Fact]
    public void A_mutated_region_has_areas_inside_it_or_is_refused()
    {
        var correct = new VfioUserRegion(0, VfioUserRegionFlags.Read | VfioUserRegionFlags.Mmap, 0x4000, 0x1000, [new(0x1000, 0x1000), new(0x3000, 0x1000)]);

        Mutated(correct.ToBytes(4096)).Sample(bytes => Outcome(() =>
        {
            var region = VfioUserRegion.Parse(bytes, 0);
            foreach (var area in region.Areas)
            {
                Assert.True((UInt128)area.Offset + area.Size <= region.Size);
                Assert.True((UInt128)region.FileOffset + area.Offset + area.Size <= long.MaxValue);
            }
        }), iter: 20_000);
    }

    [Fact]
    public void A_mutated_DMA_map_is_a_range_of_pages_or_is_refused() =>
        Mutated(VfioUserPayload.ToBytes(new VfioUserDmaMap { Argsz = 32, Flags = VfioUserDmaMapFlags.Read, Address = 0x4000_0000, Size = 0x20_0000 }))
            .Sample(bytes => Outcome(() =>
            {
                var map = VfioUserDmaMap.Parse(bytes, 1);
                Assert.True(map.Size != 0 && (UInt128)map.Address + map.Size <= ulong.MaxValue && (UInt128)map.Offset + map.Size <= long.MaxValue);
                Assert.Equal(0ul, (map.Address | map.Size | map.Offset) % 4096);
            }), iter: 20_000);

    [Fact]
    public void A_mutated_DMA_unmap_is_a_range_or_all_or_is_refused() =>
        Mutated(VfioUserPayload.ToBytes(new VfioUserDmaUnmap { Argsz = 24, Address = 0x4000_0000, Size = 0x20_0000 }))
            .Sample(bytes => Outcome(() =>
            {
                var unmap = VfioUserDmaUnmap.Parse(bytes);
                Assert.Equal(unmap.Flags == VfioUserDmaUnmapFlags.All, unmap.Size == 0);
            }), iter: 20_000);

    [Fact]
    public void Mutated_interrupts_are_those_of_the_device_or_are_refused() =>
        Mutated(VfioUserPayload.ToBytes(new VfioUserIrqSet
        {
            Argsz = 23,
            Flags = VfioUserIrqSetFlags.DataBool | VfioUserIrqSetFlags.ActionTrigger,
            Index = 2,
            Start = 1,
            Count = 3,
        }, [1, 0, 1])).Sample(bytes => Outcome(() =>
        {
            var set = VfioUserIrqSet.Parse(bytes, 0, type => type == 2 ? Vectors : 0);
            Assert.True((ulong)set.Start + set.Count <= Vectors);
        }), iter: 20_000);

    [Fact]
    public void Mutated_accesses_carry_the_bytes_that_they_say_or_are_refused() =>
        Mutated(VfioUserPayload.ToBytes(new VfioUserRegionAccess { Offset = 0x14, Count = 8 }, [1, 2, 3, 4, 5, 6, 7, 8])).Sample(bytes =>
        {
            Outcome(() =>
            {
                var access = VfioUserRegionAccess.ParseWithData(bytes, Limit, out var data);
                Assert.Equal((uint)data.Length, access.Count);
                Assert.InRange(data.Length, 1, Limit);
            });
            Outcome(() =>
            {
                var access = VfioUserDmaAccess.ParseWithData(bytes, Limit, out var data);
                Assert.Equal((ulong)data.Length, access.Count);
                Assert.True((UInt128)access.Address + access.Count <= ulong.MaxValue);
            });
        }, iter: 20_000);

    private static void Outcome(Action read)
    {
        try
        {
            read();
        }
        catch (VfioUserProtocolException e)
        {
            Assert.NotEmpty(e.Message);
            Assert.True(e.Error > 0);
        }
    }

    private static byte[] Apply(byte[] correct, (int At, byte Value)[] changes, int length)
    {
        var bytes = (byte[])correct.Clone();
        foreach (var (at, value) in changes)
            bytes[at] = value;
        return bytes[..length];
    }
}
