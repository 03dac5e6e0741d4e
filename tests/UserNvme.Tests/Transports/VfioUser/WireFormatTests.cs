using System.Text;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Tests.Transports.VfioUser;

/// <summary>The bytes on the wire, written down by hand from the protocol's tables: two ends that share a structure would hide its errors.</summary>
public class WireFormatTests
{
    [Fact]
    public void A_header_has_the_bytes_of_the_protocol()
    {
        var bytes = new byte[16];

        new VfioUserHeader(0x1234, VfioUserCommand.RegionRead, 36, VfioUserMessageFlags.Reply | VfioUserMessageFlags.Error, 22).Write(bytes);

        Assert.Equal("3412 0900 24000000 21000000 16000000", Hex(bytes, 2, 2, 4, 4, 4));
        var header = VfioUserHeader.Parse(bytes);
        Assert.Equal((0x1234, 36, 22), (header.Id, header.Size, header.Error));
        Assert.True(header is { IsReply: true, IsError: true, WantsReply: false, Command: VfioUserCommand.RegionRead });
    }

    [Fact]
    public void A_command_without_reply_is_known_as_such()
    {
        var header = VfioUserHeader.Parse(Bytes("0100 0a00 28000000 10000000 00000000"));

        Assert.True(header is { WantsReply: false, IsReply: false, Command: VfioUserCommand.RegionWrite });
    }

    [Fact]
    public void A_version_message_has_its_capabilities_as_JSON_text_that_ends_with_a_zero()
    {
        var version = new VfioUserVersion(0, 1, new VfioUserCapabilities { MaxMessageDescriptors = 8, MaxDmaMaps = 64 });

        var bytes = version.ToBytes();

        Assert.Equal("00000100", Convert.ToHexString(bytes.AsSpan(0, 4)));
        Assert.Equal(
            """{"capabilities":{"max_msg_fds":8,"max_data_xfer_size":1048576,"max_dma_maps":64,"pgsizes":4096}}""" + "\0",
            Encoding.UTF8.GetString(bytes.AsSpan(4)));
        Assert.Equal(version, VfioUserVersion.Parse(bytes));
    }

    [Fact]
    public void Capabilities_that_are_not_said_have_the_defaults_of_the_protocol()
    {
        var version = VfioUserVersion.Parse([0, 0, 1, 0, .. """{"capabilities":{"max_msg_fds":32,"migration":{"pgsize":4096},"write_multiple":true}}"""u8, 0]);

        Assert.Equal(new VfioUserCapabilities { MaxMessageDescriptors = 32, MaxDataTransferSize = 1_048_576, MaxDmaMaps = 65_535, PageSizes = 4096 }, version.Capabilities);
    }

    [Theory]
    [InlineData("""{"capabilities":{"max_msg_fds":0}}""")]
    [InlineData("""{"capabilities":{"max_data_xfer_size":-1}}""")]
    [InlineData("""{"capabilities":{"max_dma_maps":"many"}}""")]
    [InlineData("""{"capabilities":{"pgsizes":512}}""")]
    [InlineData("""{"capabilities":[]}""")]
    [InlineData("""{"capabilities":""")]
    [InlineData("17")]
    public void Capabilities_that_make_no_sense_are_refused(string text) =>
        Assert.Throws<VfioUserProtocolException>(() => VfioUserCapabilities.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_DMA_map_has_the_bytes_of_the_protocol()
    {
        var map = VfioUserDmaMap.Parse(Bytes("20000000 03000000 0010000000000000 0000004000000000 0000200000000000"), descriptors: 1);

        Assert.Equal((32u, VfioUserDmaMapFlags.Read | VfioUserDmaMapFlags.Write), (map.Argsz, map.Flags));
        Assert.Equal((0x1000ul, 0x4000_0000ul, 0x20_0000ul), (map.Offset, map.Address, map.Size));
        Assert.Equal("20000000 03000000 0010000000000000 0000004000000000 0000200000000000", Hex(VfioUserPayload.ToBytes(map), 4, 4, 8, 8, 8));
    }

    [Theory]
    [InlineData("20000000 03000000 0000000000000000 0000004000000000 0000000000000000", 1)] // no bytes
    [InlineData("20000000 03000000 0000000000000000 0100004000000000 0010000000000000", 1)] // not at a page
    [InlineData("20000000 03000000 0000000000000000 00f0ffffffffffff 0020000000000000", 1)] // around the end of the addresses
    [InlineData("20000000 03000000 00f0ffffffffff7f 0000004000000000 0010000000000000", 1)] // behind the end of every file
    [InlineData("20000000 00000000 0000000000000000 0000004000000000 0010000000000000", 1)] // neither read nor written
    [InlineData("20000000 03000000 0000000000000000 0000004000000000 0010000000000000", 2)] // two descriptors
    [InlineData("20000000 03000000 0000000000000000 0000004000000000 00100000", 1)] // cut off
    public void A_DMA_map_that_cannot_be_is_refused(string bytes, int descriptors) =>
        Assert.Throws<VfioUserProtocolException>(() => VfioUserDmaMap.Parse(Bytes(bytes), descriptors));

    [Fact]
    public void A_DMA_unmap_is_for_one_range_or_all()
    {
        var one = VfioUserDmaUnmap.Parse(Bytes("18000000 00000000 0000004000000000 0000200000000000"));
        var all = VfioUserDmaUnmap.Parse(Bytes("18000000 02000000 0000000000000000 0000000000000000"));

        Assert.Equal((0x4000_0000ul, 0x20_0000ul, VfioUserDmaUnmapFlags.None), (one.Address, one.Size, one.Flags));
        Assert.Equal(VfioUserDmaUnmapFlags.All, all.Flags);
        Assert.Equal(95, Assert.Throws<VfioUserProtocolException>(() =>
            VfioUserDmaUnmap.Parse(Bytes("18000000 01000000 0000004000000000 0000200000000000"))).Error);
    }

    [Fact]
    public void Device_and_interrupt_infos_have_the_bytes_of_the_protocol()
    {
        var device = new VfioUserDeviceInfo { Argsz = 16, Flags = VfioUserDeviceFlags.Reset | VfioUserDeviceFlags.Pci, NumRegions = 9, NumIrqs = 5 };
        var interrupts = new VfioUserIrqInfo { Argsz = 16, Flags = VfioUserIrqFlags.Eventfd | VfioUserIrqFlags.Noresize, Index = 2, Count = 17 };

        Assert.Equal("10000000 03000000 09000000 05000000", Hex(VfioUserPayload.ToBytes(device), 4, 4, 4, 4));
        Assert.Equal("10000000 09000000 02000000 11000000", Hex(VfioUserPayload.ToBytes(interrupts), 4, 4, 4, 4));
    }

    [Fact]
    public void A_region_with_a_doorbell_page_has_the_bytes_of_the_protocol()
    {
        var region = new VfioUserRegion(0, VfioUserRegionFlags.Read | VfioUserRegionFlags.Write | VfioUserRegionFlags.Mmap, 0x2000, 0, [new(0x1000, 0x1000)]);

        var bytes = region.ToBytes(room: 4096);

        Assert.Equal(
            "40000000 0f000000 00000000 20000000 0020000000000000 0000000000000000 " + // argsz, flags, index, cap_offset, size, offset
            "0100 0100 00000000 01000000 00000000 0010000000000000 0010000000000000", // sparse mmap: id, version, next, nr_areas, reserved, area
            Hex(bytes, 4, 4, 4, 4, 8, 8, 2, 2, 4, 4, 4, 8, 8));
        var read = VfioUserRegion.Parse(bytes, 0);
        Assert.Equal(region.Areas, read.Areas);
        Assert.Equal((region.Flags, region.Size, region.FileOffset), (read.Flags, read.Size, read.FileOffset));
    }

    [Fact]
    public void A_client_without_room_for_the_areas_learns_how_much_it_needs()
    {
        var region = new VfioUserRegion(0, VfioUserRegionFlags.Read | VfioUserRegionFlags.Mmap, 0x2000, 0, [new(0x1000, 0x1000)]);

        var bytes = region.ToBytes(room: 32);

        Assert.Equal(32, bytes.Length);
        Assert.Equal(64u, VfioUserPayload.Read<VfioUserRegionInfo>(bytes, "region info").Argsz);
    }

    [Fact]
    public void An_eventfd_for_an_interrupt_has_the_bytes_of_the_protocol()
    {
        var set = VfioUserIrqSet.Parse(Bytes("14000000 24000000 02000000 03000000 01000000"), descriptors: 1, type => type == 2 ? 4 : 0);

        Assert.Equal((VfioUserIrqSetFlags.DataEventfd | VfioUserIrqSetFlags.ActionTrigger, 2u, 3u, 1u), (set.Flags, set.Index, set.Start, set.Count));
    }

    [Theory]
    [InlineData("14000000 24000000 02000000 04000000 01000000", 1)] // behind the last
    [InlineData("14000000 24000000 02000000 01000000 ffffffff", 1)] // around the end of the numbers
    [InlineData("14000000 24000000 02000000 00000000 02000000", 1)] // one descriptor for two
    [InlineData("14000000 21000000 02000000 00000000 01000000", 1)] // a descriptor for nothing
    [InlineData("14000000 26000000 02000000 00000000 01000000", 1)] // two kinds of data
    [InlineData("14000000 04000000 02000000 00000000 01000000", 1)] // no action
    [InlineData("14000000 22000000 02000000 00000000 02000000 01", 0)] // one byte for two
    [InlineData("14000000 24000000 01000000 00000000 01000000", 1)] // a type without interrupts
    public void Interrupts_that_cannot_be_set_are_refused(string bytes, int descriptors) =>
        Assert.Throws<VfioUserProtocolException>(() => VfioUserIrqSet.Parse(Bytes(bytes), descriptors, type => type == 2 ? 4 : 0));

    [Fact]
    public void Accesses_carry_exactly_the_bytes_that_they_say()
    {
        var region = VfioUserRegionAccess.ParseWithData(Bytes("1400000000000000 00000000 04000000 01004600"), 64, out var register);
        var memory = VfioUserDmaAccess.ParseWithData(Bytes("0010000000000000 0200000000000000 abcd"), 64, out var data);

        Assert.Equal((0x14ul, 0u, 4u), (region.Offset, region.Region, region.Count));
        Assert.Equal("01004600", Convert.ToHexString(register));
        Assert.Equal((0x1000ul, 2ul), (memory.Address, memory.Count));
        Assert.Equal("ABCD", Convert.ToHexString(data));
        Assert.Throws<VfioUserProtocolException>(() => VfioUserRegionAccess.ParseWithData(Bytes("1400000000000000 00000000 04000000 010046"), 64, out _));
        Assert.Throws<VfioUserProtocolException>(() => VfioUserRegionAccess.ParseRead(Bytes("1400000000000000 00000000 41000000"), 64));
        Assert.Throws<VfioUserProtocolException>(() => VfioUserDmaAccess.ParseRead(Bytes("ffffffffffffffff 0200000000000000"), 64));
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    private static string Hex(ReadOnlySpan<byte> bytes, params int[] fields)
    {
        var parts = new List<string>();
        foreach (var field in fields)
        {
            parts.Add(Convert.ToHexString(bytes[..field]).ToLowerInvariant());
            bytes = bytes[field..];
        }

        Assert.True(bytes.IsEmpty, "The message is longer than its fields.");
        return string.Join(' ', parts);
    }
}
