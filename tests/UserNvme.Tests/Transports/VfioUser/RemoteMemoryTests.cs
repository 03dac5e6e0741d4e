using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using UserNvme.Emulation;
using UserNvme.Interop;
using UserNvme.Spec;
using UserNvme.Tests.Emulation;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Tests.Transports.VfioUser;

/// <summary>
/// Memory that a client gives: without a descriptor the controller reaches it by messages, rings, PRP lists and data alike; read-only memory
/// is not written. Each test drives the controller by hand from such memory.
/// </summary>
public sealed class RemoteMemoryTests : IDisposable
{
    private const ulong Start = 0x4000_0000;
    private const int Length = 1 << 20;
    private const int Entries = 8;
    private const int AdminRing = 0, AdminCompletions = 0x1000, IoRing = 0x2000, IoCompletions = 0x3000, List = 0x4000, Data = 0x10000, Second = 0x80000;
    private const VfioUserDmaMapFlags Both = VfioUserDmaMapFlags.Read | VfioUserDmaMapFlags.Write;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("usernvme-remote");
    private readonly VfioUserHost _host;
    private readonly string _path;
    private readonly int[] _tails = new int[2];
    private readonly int[] _heads = new int[2];
    private ForeignClient _client;

    public RemoteMemoryTests()
    {
        _path = Path.Combine(_folder.FullName, "cntrl");
        _host = VfioUserHost.Start(_path, "?size=16M&max-queues=4&shadow-doorbells=on");
        _client = Connect(new VfioUserCapabilities());
    }

    public void Dispose()
    {
        _client.Dispose();
        _host.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void A_controller_works_with_rings_and_data_in_memory_that_it_is_given_no_descriptor_of()
    {
        MapAllRemotely();
        Enable();

        var completion = Run(0, Identify(Data));

        Assert.True(completion.Status.IsSuccess);
        Assert.Equal("EMULATED0001", Encoding.ASCII.GetString(_client.Memory, Data + 4, 20).TrimEnd());
        Assert.Equal(0, _host.RecordedFaultCount);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(8192)]
    [InlineData(128 << 10)]
    public void What_is_written_from_such_memory_is_read_back_into_it(int length)
    {
        MapAllRemotely();
        Enable();
        CreateIoQueue();
        RandomNumberGenerator.Fill(_client.Memory.AsSpan(Data, length));

        Assert.True(Run(1, Transfer(NvmOpcode.Write, Data, length)).Status.IsSuccess);
        Assert.True(Run(1, Transfer(NvmOpcode.Read, Second, length)).Status.IsSuccess);

        Assert.Equal(_client.Memory.AsSpan(Data, length), _client.Memory.AsSpan(Second, length));
        Assert.Equal(0, _client.Memory[Second + length]);
        Assert.Equal(0, _host.RecordedFaultCount);
    }

    [Fact]
    public void Shadow_doorbells_in_such_memory_are_refused_and_the_registers_count()
    {
        MapAllRemotely();
        Enable();

        var refused = Run(0, AdminCommands.DoorbellBufferConfig(Start + Data, Start + Second));
        CreateIoQueue();

        Assert.Equal(0x002, refused.Status.TypeAndCode); // Invalid Field in Command.
        Assert.True(Run(1, Transfer(NvmOpcode.Read, Second, 512)).Status.IsSuccess);
        Assert.Equal(0, _host.RecordedFaultCount);
    }

    [Fact]
    public void No_message_moves_more_than_the_client_takes()
    {
        _client.Dispose();
        _client = Connect(new VfioUserCapabilities { MaxDataTransferSize = 512 });
        MapAllRemotely();
        Enable();
        CreateIoQueue();
        RandomNumberGenerator.Fill(_client.Memory.AsSpan(Data, 16384));

        Assert.True(Run(1, Transfer(NvmOpcode.Write, Data, 16384)).Status.IsSuccess);
        Assert.True(Run(1, Transfer(NvmOpcode.Read, Second, 16384)).Status.IsSuccess);

        Assert.Equal(512, _client.LongestTransfer);
        Assert.Equal(_client.Memory.AsSpan(Data, 16384), _client.Memory.AsSpan(Second, 16384));
    }

    [Fact]
    public void A_client_that_does_not_move_its_memory_is_given_up_within_the_bound_and_the_next_is_served()
    {
        MapAllRemotely();
        Enable();
        _client.IsSilent = true;
        Put(0, Identify(Data));
        var before = Stopwatch.GetTimestamp();

        // One of these reads waits for the step, which waits for the client.
        Assert.ThrowsAny<Exception>(() =>
        {
            while (Stopwatch.GetElapsedTime(before) < ForeignClient.Limit)
                _client.Error(VfioUserCommand.RegionRead, VfioUserPayload.ToBytes(new VfioUserRegionAccess { Offset = 0x1C, Count = 4 }));
        });
        Assert.InRange(Stopwatch.GetElapsedTime(before), TimeSpan.Zero, ForeignClient.Limit);
        _client.Dispose();
        _client = Connect(new VfioUserCapabilities());
        MapAllRemotely();
        Enable();
        Assert.True(Run(0, Identify(Data)).Status.IsSuccess);
    }

    [Fact]
    public void A_client_that_moves_its_memory_slowly_is_given_up_when_one_command_has_had_its_time()
    {
        MapAllRemotely();
        Enable();
        CreateIoQueue();
        var before = _client.Transfers;
        _client.Delay = TimeSpan.FromSeconds(1);
        Put(1, Transfer(NvmOpcode.Write, Data, 128 << 10));
        Assert.True(SpinWait.SpinUntil(() => _client.Transfers > before, ForeignClient.Limit));

        // This read waits for the step, which moves 34 pieces.
        Assert.ThrowsAny<Exception>(() => _client.Register32(RawDriver.Csts));

        Assert.InRange(_client.Transfers - before, 1, 10);
    }

    [Fact]
    public void A_slow_client_is_heard_between_two_of_its_commands()
    {
        MapAllRemotely();
        Enable();
        var before = _client.Transfers;
        _client.Delay = TimeSpan.FromMilliseconds(200);
        for (var i = 0; i < Entries - 2; i++)
            Put(0, Identify(Data), ring: i == Entries - 3);

        Assert.True(SpinWait.SpinUntil(() => _client.Transfers > before, ForeignClient.Limit));
        Assert.Equal(1u, _client.Register32(RawDriver.Csts) & 1);

        Assert.InRange(_client.Transfers - before, 1, 4 * 3);
    }

    [Fact]
    public void A_server_that_ends_does_not_wait_for_its_client()
    {
        MapAllRemotely();
        Enable();
        CreateIoQueue();
        var before = _client.Transfers;
        _client.Delay = TimeSpan.FromMilliseconds(500);
        Put(1, Transfer(NvmOpcode.Write, Data, 128 << 10));
        Assert.True(SpinWait.SpinUntil(() => _client.Transfers > before, ForeignClient.Limit));
        // This read waits for the step, which moves 34 pieces.
        _client.Send(VfioUserCommand.RegionRead, VfioUserPayload.ToBytes(new VfioUserRegionAccess { Offset = RawDriver.Csts, Count = 4 }), VfioUserMessageFlags.None);
        Assert.True(SpinWait.SpinUntil(() => _client.Transfers > before + 1, ForeignClient.Limit));

        _host.Dispose();

        Assert.InRange(_client.Transfers - before, 1, 8);
    }

    [Fact]
    public void Memory_that_is_mapped_read_only_is_read_and_not_written()
    {
        using var file = ForeignClient.MakeFile(Length);
        MapRemotely(0, Data);
        Assert.Equal(0, _client.Map(Start + Data, Length - Data, VfioUserDmaMapFlags.Read, file.Number));
        Enable();
        CreateIoQueue();

        var write = Run(1, Transfer(NvmOpcode.Write, Data, 4096));
        var read = Run(1, Transfer(NvmOpcode.Read, Data, 4096));

        Assert.True(write.Status.IsSuccess);
        Assert.Equal(0x004, read.Status.TypeAndCode);
        var fault = Assert.Single(_host.RecordedFaults);
        Assert.Equal((EmulatedFaultKind.DmaOutsideMapping, DmaDirection.Write), (fault.Kind, fault.Direction));
    }

    [Fact]
    public void Everything_can_be_unmapped_at_once_and_mapped_anew()
    {
        using var file = ForeignClient.MakeFile(Length);
        MapAllRemotely();
        Assert.Equal(0, _client.Map(0, 0x1000, VfioUserDmaMapFlags.Read));
        Assert.Equal(0, _client.Map(0x2000_0000_0000, Length, Both, file.Number));
        Assert.Equal(Errno.EEXIST, _client.Map(0x2000_0000_1000, 0x1000, Both));

        Assert.Equal(0, _client.Unmap(0, 0, VfioUserDmaUnmapFlags.All));

        Assert.Equal(Errno.ENOENT, _client.Unmap(0, 0x1000));
        Assert.Equal(0, _client.Map(0x2000_0000_1000, 0x1000, Both));
    }

    [Fact]
    public void After_memory_was_unmapped_the_controller_asks_for_it_no_more()
    {
        MapAllRemotely();
        Enable();
        CreateIoQueue();
        Assert.True(Run(1, Transfer(NvmOpcode.Read, Data, 4096)).Status.IsSuccess);
        var before = _client.Transfers;
        Assert.Equal(0, _client.Unmap(Start, Length));

        Put(1, Transfer(NvmOpcode.Read, Data, 4096));

        // The ring is out of reach: the controller is at an end.
        Assert.True(SpinWait.SpinUntil(() => (_client.Register32(0x1C) & 2) != 0, ForeignClient.Limit));
        Assert.Equal(before, _client.Transfers);
        Assert.NotEqual(0, _host.RecordedFaultCount);
    }

    [Theory]
    [InlineData(0x1000, 0x1000)] // Longer than its file.
    [InlineData(0x2000, 0)]
    public void A_file_that_does_not_hold_the_range_is_refused(ulong size, ulong offset)
    {
        using var file = ForeignClient.MakeFile(0x1000);
        var map = new VfioUserDmaMap { Argsz = 32, Flags = Both, Address = Start, Size = size, Offset = offset };

        Assert.Equal(Errno.EINVAL, _client.Error(VfioUserCommand.DmaMap, VfioUserPayload.ToBytes(map), file.Number));
    }

    [Fact]
    public void An_eventfd_that_would_block_who_signals_it_holds_nobody_up()
    {
        using var full = ForeignClient.MakeFullEventFd();
        MapAllRemotely();
        Assert.Equal(0, _client.Attach(0, full.Number));
        Enable();

        Assert.True(Run(0, Identify(Data)).Status.IsSuccess);
        Assert.True(Run(0, Identify(Data)).Status.IsSuccess);
        Assert.Equal(0, _client.Trigger(0));

        Assert.Equal(ulong.MaxValue - 1, ForeignClient.Take(full));
    }

    [Fact]
    public void What_is_no_file_is_refused()
    {
        using var file = FileDescriptor.MakeEventFd();

        Assert.NotEqual(0, _client.Map(Start, 0x1000, Both, file.Number));
    }

    private ForeignClient Connect(VfioUserCapabilities capabilities)
    {
        Array.Clear(_tails);
        Array.Clear(_heads);
        return new ForeignClient(_path, capabilities) { Memory = new byte[Length], MemoryStart = Start };
    }

    private void MapAllRemotely() => MapRemotely(0, Length);

    private void MapRemotely(int offset, int length) => Assert.Equal(0, _client.Map(Start + (ulong)offset, (ulong)length, Both));

    private void Enable()
    {
        _client.Write(7, 4, 0x06, 0x04);
        _client.Write(0, RawDriver.Aqa, Entries - 1, 0, Entries - 1, 0);
        _client.Write(0, RawDriver.Asq, BitConverter.GetBytes(Start + AdminRing));
        _client.Write(0, RawDriver.Acq, BitConverter.GetBytes(Start + AdminCompletions));
        _client.Write(0, RawDriver.Cc, BitConverter.GetBytes(RawDriver.EnableValue));
        Assert.True(SpinWait.SpinUntil(() => (_client.Register32(RawDriver.Csts) & 1) != 0, ForeignClient.Limit));
    }

    private void CreateIoQueue()
    {
        Assert.True(Run(0, new SubmissionEntry
        {
            Opcode = (byte)AdminOpcode.CreateIoCompletionQueue, Prp1 = Start + IoCompletions, Cdw10 = 1 | ((Entries - 1) << 16), Cdw11 = 1,
        }).Status.IsSuccess);
        Assert.True(Run(0, new SubmissionEntry
        {
            Opcode = (byte)AdminOpcode.CreateIoSubmissionQueue, Prp1 = Start + IoRing, Cdw10 = 1 | ((Entries - 1) << 16), Cdw11 = 1 | (1 << 16),
        }).Status.IsSuccess);
    }

    private static SubmissionEntry Identify(int place) => new() { Opcode = (byte)AdminOpcode.Identify, Prp1 = Start + (ulong)place, Cdw10 = 1 };

    private SubmissionEntry Transfer(NvmOpcode opcode, int place, int length)
    {
        for (var page = 1; page < length / 4096; page++)
            BinaryPrimitives.WriteUInt64LittleEndian(_client.Memory.AsSpan(List + ((page - 1) * 8)), Start + (ulong)(place + (page * 4096)));
        return new SubmissionEntry
        {
            Opcode = (byte)opcode,
            NamespaceId = 1,
            Prp1 = Start + (ulong)place,
            Prp2 = length > 8192 ? Start + List : length > 4096 ? Start + (ulong)place + 4096 : 0,
            Cdw12 = (uint)(length / 512) - 1,
        };
    }

    private void Put(int queue, SubmissionEntry entry, bool ring = true)
    {
        entry.CommandId = (ushort)_tails[queue];
        MemoryMarshal.Write(_client.Memory.AsSpan((queue == 0 ? AdminRing : IoRing) + (_tails[queue] * 64)), entry);
        _tails[queue] = (_tails[queue] + 1) % Entries;
        if (ring)
            _client.Write(0, 0x1000 + (queue * 8), BitConverter.GetBytes(_tails[queue]));
    }

    private CompletionEntry Run(int queue, SubmissionEntry entry)
    {
        Put(queue, entry);
        var place = (queue == 0 ? AdminCompletions : IoCompletions) + (_heads[queue] * 16);
        Assert.True(SpinWait.SpinUntil(() => (Volatile.Read(ref _client.Memory[place + 14]) & 1) != 0, ForeignClient.Limit), "no completion came");
        _heads[queue]++;
        _client.Write(0, 0x1004 + (queue * 8), BitConverter.GetBytes(_heads[queue]));
        return MemoryMarshal.Read<CompletionEntry>(_client.Memory.AsSpan(place));
    }
}
