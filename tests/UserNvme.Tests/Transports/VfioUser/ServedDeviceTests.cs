using System.IO.Pipes;
using UserNvme.Emulation;
using UserNvme.Interop;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Tests.Transports.VfioUser;

/// <summary>What is served is a PCI Express function as any client expects one: header, capabilities, BAR0, interrupts.</summary>
public sealed class ServedDeviceTests : IDisposable
{
    private const int Command = 4;
    private const uint Errors = 3;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("usernvme-device");
    private readonly VfioUserHost _host;
    private readonly ForeignClient _client;

    public ServedDeviceTests()
    {
        var path = Path.Combine(_folder.FullName, "cntrl");
        _host = VfioUserHost.Start(path, "?size=16M&max-queues=4");
        _client = new ForeignClient(path);
    }

    public void Dispose()
    {
        _client.Dispose();
        _host.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void The_version_is_one_that_QEMU_takes()
    {
        // It refuses a minor version above its own 0, more than 16 descriptors, more than 65,535 ranges and page sizes below 4 KiB.
        Assert.Equal((0, 0), (_client.Version.Major, _client.Version.Minor));
        Assert.InRange(_client.Version.Capabilities.MaxMessageDescriptors, 1, 16);
        Assert.InRange(_client.Version.Capabilities.MaxDmaMaps, 64, 65_535);
        Assert.InRange(_client.Version.Capabilities.MaxDataTransferSize, 4096, 64 << 20);
    }

    [Fact]
    public void The_header_is_that_of_an_NVMe_controller_without_an_interrupt_pin()
    {
        Assert.Equal(0x0108_02u, _client.Config32(8) >> 8);
        Assert.Equal(0, _client.Read(7, 0x0E, 1)[0]);
        Assert.Equal(0, _client.Read(7, 0x3D, 1)[0]);
        Assert.Equal(0x1100_1AF4u, _client.Config32(0x2C));
    }

    [Fact]
    public void The_capabilities_are_power_management_MSI_X_and_PCI_Express()
    {
        Assert.NotEqual(0, _client.Config16(6) & 0x10);
        var found = new List<byte>();
        for (var at = _client.Read(7, 0x34, 1)[0]; at != 0; at = _client.Read(7, at + 1, 1)[0])
            found.Add(_client.Read(7, at, 1)[0]);

        Assert.Equal([0x01, 0x11, 0x10], found);
    }

    [Fact]
    public void The_MSI_X_table_and_its_pending_bits_lie_in_BAR0_behind_the_doorbells_and_apart()
    {
        var capability = FindCapability(0x11);
        var vectors = (_client.Config16(capability + 2) & 0x7FF) + 1;
        var table = _client.Config32(capability + 4);
        var pending = _client.Config32(capability + 8);
        using var reply = _client.Ask(VfioUserCommand.DeviceGetRegionInfo, VfioUserPayload.ToBytes(new VfioUserRegionInfo { Argsz = 4096 }));
        var bar = VfioUserRegion.Parse(reply.Payload.Span, 0);
        var area = Assert.Single(bar.Areas);

        Assert.Equal(5, vectors);
        Assert.Equal(0u, (table | pending) & 7);
        Assert.True(table >= area.Offset + area.Size);
        Assert.True(pending >= table + (16 * 5) && pending + 8 <= bar.Size);
        Assert.Equal(1u, _client.Register32((int)table + 12));
        Assert.Equal(0u, _client.Register32((int)pending));
    }

    [Fact]
    public void BAR0_tells_its_size_when_it_is_written_with_ones()
    {
        _client.Write(7, 0x10, 0xFF, 0xFF, 0xFF, 0xFF);
        _client.Write(7, 0x14, 0xFF, 0xFF, 0xFF, 0xFF);
        using var reply = _client.Ask(VfioUserCommand.DeviceGetRegionInfo, VfioUserPayload.ToBytes(new VfioUserRegionInfo { Argsz = 4096 }));
        var size = VfioUserRegion.Parse(reply.Payload.Span, 0).Size;

        Assert.Equal(0x4u, _client.Config32(0x10) & 0xF);
        Assert.Equal((uint)size, ~(_client.Config32(0x10) & ~0xFu) + 1);
        Assert.Equal(uint.MaxValue, _client.Config32(0x14));
        _client.Write(7, 0x10, 0, 0, 0x40, 0xFE);
        Assert.Equal(0xFE40_0004u, _client.Config32(0x10));
    }

    [Theory]
    [InlineData(0x00, 4)]   // Identifiers
    [InlineData(0x08, 4)]   // Class
    [InlineData(0x18, 24)]  // BARs that there are not, subsystem
    [InlineData(0x30, 4)]   // Expansion ROM
    [InlineData(0x100, 64)] // Extended space
    public void What_is_read_only_stays(int offset, int count)
    {
        var before = _client.Read(7, offset, count);

        _client.Write(7, offset, [.. Enumerable.Repeat((byte)0xFF, count)]);

        Assert.Equal(before, _client.Read(7, offset, count));
    }

    [Fact]
    public void The_configuration_space_takes_accesses_of_any_size_and_alignment()
    {
        _client.Write(7, Command, 0x06);
        var whole = _client.Read(7, 0, 4096);

        Assert.Equal(0x0006, _client.Config16(Command));
        for (var count = 1; count <= 8; count++)
            Assert.Equal(whole[3..(3 + count)], _client.Read(7, 3, count));
    }

    [Fact]
    public void A_register_can_be_read_in_parts_and_in_pairs()
    {
        var capabilities = _client.Read(0, 0, 8);

        Assert.Equal(capabilities[2..3], _client.Read(0, 2, 1));
        Assert.Equal(capabilities[2..6], _client.Read(0, 2, 4));
        Assert.Equal(capabilities[..2], _client.Read(0, 0, 2));
        Assert.Equal(0, _host.RecordedFaultCount);
    }

    [Fact]
    public void A_part_of_a_register_cannot_be_written_and_that_is_recorded()
    {
        _client.Write(0, 0x14, 1);

        Assert.Equal(0u, _client.Register32(0x14));
        Assert.Equal(EmulatedFaultKind.InvalidRegisterAccess, Assert.Single(_host.RecordedFaults).Kind);
    }

    [Fact]
    public void Function_level_reset_puts_registers_and_configuration_back()
    {
        var express = FindCapability(0x10);
        Assert.NotEqual(0u, _client.Config32(express + 4) & (1u << 28));
        _client.Write(7, Command, 0x06, 0x04);
        _client.Write(0, 0x24, 0x1F, 0, 0x1F, 0);

        var control = _client.Config16(express + 8);
        _client.Write(7, express + 8, (byte)control, (byte)((control >> 8) | 0x80));

        Assert.Equal(0, _client.Config16(Command));
        Assert.Equal(0u, _client.Register32(0x24));
        Assert.Equal(0, _client.Config16(express + 8) & 0x8000);
    }

    [Fact]
    public void A_reply_without_room_for_the_areas_has_neither_them_nor_a_descriptor()
    {
        // QEMU takes the flag without the capability for a broken server; it asks again with the room that it is told.
        using var reply = _client.Ask(VfioUserCommand.DeviceGetRegionInfo, VfioUserPayload.ToBytes(new VfioUserRegionInfo { Argsz = 32 }));
        var info = VfioUserPayload.Read<VfioUserRegionInfo>(reply.Payload.Span, "region info");
        using var second = _client.Ask(VfioUserCommand.DeviceGetRegionInfo, VfioUserPayload.ToBytes(new VfioUserRegionInfo { Argsz = info.Argsz }));

        Assert.Equal((0, 32), (reply.DescriptorCount, reply.Payload.Length));
        Assert.False(info.Flags.HasFlag(VfioUserRegionFlags.Caps));
        Assert.Equal((1, (int)info.Argsz), (second.DescriptorCount, second.Payload.Length));
    }

    [Fact]
    public void Switching_interrupts_of_other_types_off_leaves_the_vectors()
    {
        using var file = FileDescriptor.MakeEventFd();
        Assert.Equal(0, _client.Attach(1, file.Number));
        for (uint type = 0; type < 5; type++)
        {
            if (type != 2)
                Assert.Equal((type == Errors ? 1u : 0u, 0), (CountOf(type), SwitchOff(type)));
        }

        Assert.Equal(0, _client.Trigger(1));

        Assert.Equal(1ul, ForeignClient.Take(file));
        Assert.Equal(5u, CountOf(2));
    }

    [Fact]
    public void What_is_no_eventfd_is_refused_and_leaves_the_vectors_as_they_are()
    {
        using var before = FileDescriptor.MakeEventFd();
        using var another = FileDescriptor.MakeEventFd();
        using var memory = ForeignClient.MakeFile(4096);
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        Assert.Equal(0, _client.Attach(1, before.Number));

        Assert.Equal(Errno.EINVAL, _client.Attach(1, memory.Number));
        Assert.Equal(Errno.EINVAL, _client.Attach(1, another.Number, (int)pipe.SafePipeHandle.DangerousGetHandle()));
        Assert.Equal(0, _client.Trigger(1));

        Assert.Equal(1ul, ForeignClient.Take(before));
        Assert.Equal(0, _client.Attach(1, another.Number));
    }

    [Fact]
    public void What_is_not_offered_is_answered_so()
    {
        Assert.Equal(Errno.EOPNOTSUPP, _client.Error(VfioUserCommand.DeviceGetRegionIoFds, new byte[16]));
        Assert.Equal(Errno.EOPNOTSUPP, _client.Error((VfioUserCommand)15, new byte[16]));
        Assert.Equal(Errno.EINVAL, _client.Error(VfioUserCommand.DeviceGetInfo, new byte[16]));
    }

    [Fact]
    public void A_write_that_wants_no_reply_is_done_without_one()
    {
        var write = VfioUserPayload.ToBytes(new VfioUserRegionAccess { Region = 0, Offset = 0x24, Count = 4 }, [0x1F, 0, 0x1F, 0]);
        for (var i = 0; i < 5000; i++)
            _client.Send(VfioUserCommand.RegionWrite, write, VfioUserMessageFlags.NoReply);

        Assert.Equal(0x001F_001Fu, _client.Register32(0x24));
    }

    private int FindCapability(byte id)
    {
        var at = _client.Read(7, 0x34, 1)[0];
        while (_client.Read(7, at, 1)[0] != id)
            at = _client.Read(7, at + 1, 1)[0];
        return at;
    }

    private uint CountOf(uint type)
    {
        using var reply = _client.Ask(VfioUserCommand.DeviceGetIrqInfo, VfioUserPayload.ToBytes(new VfioUserIrqInfo { Argsz = 16, Index = type }));
        return VfioUserPayload.Read<VfioUserIrqInfo>(reply.Payload.Span, "interrupt info").Count;
    }

    private int SwitchOff(uint type) => _client.Error(VfioUserCommand.DeviceSetIrqs, VfioUserPayload.ToBytes(
        new VfioUserIrqSet { Argsz = 20, Flags = VfioUserIrqSetFlags.DataNone | VfioUserIrqSetFlags.ActionTrigger, Index = type }));
}
