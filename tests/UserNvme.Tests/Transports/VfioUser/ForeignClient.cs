using System.Runtime.InteropServices;
using Tmds.Linux;
using UserNvme.Interop;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Tests.Transports.VfioUser;

/// <summary>
/// A client that is not ours: it sends what a test tells it, and answers DMA_READ and DMA_WRITE on a thread of its own from memory that it
/// passes no descriptor of.
/// </summary>
internal sealed unsafe class ForeignClient : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly VfioUserSocket _socket;
    private readonly Thread _reader;
    private readonly SemaphoreSlim _answered = new(0);
    private readonly Queue<VfioUserMessage> _replies = new();
    private ushort _id;
    private readonly ManualResetEventSlim _stopped = new();

    public ForeignClient(string path, VfioUserCapabilities? capabilities = null)
    {
        _socket = VfioUserSocket.Connect(path);
        _reader = new Thread(Read) { IsBackground = true };
        _reader.Start();
        using var reply = Ask(VfioUserCommand.Version, new VfioUserVersion(0, 0, capabilities ?? new VfioUserCapabilities()).ToBytes());
        Version = VfioUserVersion.Parse(reply.Payload.Span);
    }

    /// <summary>What the server answered.</summary>
    public VfioUserVersion Version { get; }

    /// <summary>The memory that the server asks for, by its IOVA.</summary>
    public ulong MemoryStart { get; set; }

    public byte[] Memory { get; set; } = [];

    /// <summary>Whether DMA messages are answered at all.</summary>
    public bool IsSilent { get; set; }

    /// <summary>How long it takes for each DMA message.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>The longest DMA message that came.</summary>
    public long LongestTransfer { get; private set; }

    /// <summary>How many DMA messages came.</summary>
    public int Transfers { get; private set; }

    public VfioUserMessage Ask(VfioUserCommand command, byte[] payload, params int[] descriptors)
    {
        Send(command, payload, VfioUserMessageFlags.None, descriptors);
        Assert.True(_answered.Wait(Limit), $"{command} was not answered");
        lock (_replies)
        {
            Assert.True(_replies.TryDequeue(out var reply), $"the server closed the connection instead of answering {command}");
            Assert.Equal((_id, command), (reply.Header.Id, reply.Header.Command));
            return reply;
        }
    }

    public void Send(VfioUserCommand command, byte[] payload, VfioUserMessageFlags flags, params int[] descriptors) =>
        _socket.Send(new VfioUserHeader(++_id, command, 0, flags, 0), payload, descriptors, Limit);

    public int Error(VfioUserCommand command, byte[] payload, params int[] descriptors)
    {
        using var reply = Ask(command, payload, descriptors);
        return reply.Header.IsError ? reply.Header.Error : 0;
    }

    public byte[] Read(uint region, int offset, int count)
    {
        using var reply = Ask(VfioUserCommand.RegionRead, VfioUserPayload.ToBytes(new VfioUserRegionAccess { Region = region, Offset = (ulong)offset, Count = (uint)count }));
        Assert.False(reply.Header.IsError, $"{count} bytes at 0x{offset:x} of region {region} cannot be read");
        VfioUserRegionAccess.ParseWithData(reply.Payload.Span, count, out var data);
        return data.ToArray();
    }

    public void Write(uint region, int offset, params byte[] data)
    {
        using var reply = Ask(VfioUserCommand.RegionWrite, VfioUserPayload.ToBytes(new VfioUserRegionAccess { Region = region, Offset = (ulong)offset, Count = (uint)data.Length }, data));
        Assert.False(reply.Header.IsError, $"{data.Length} bytes at 0x{offset:x} of region {region} cannot be written");
    }

    public uint Config32(int offset) => BitConverter.ToUInt32(Read(7, offset, 4));

    public ushort Config16(int offset) => BitConverter.ToUInt16(Read(7, offset, 2));

    public uint Register32(int offset) => BitConverter.ToUInt32(Read(0, offset, 4));

    public int Map(ulong address, ulong size, VfioUserDmaMapFlags flags, params int[] descriptors) =>
        Error(VfioUserCommand.DmaMap, VfioUserPayload.ToBytes(new VfioUserDmaMap { Argsz = 32, Flags = flags, Address = address, Size = size }), descriptors);

    public int Unmap(ulong address, ulong size, VfioUserDmaUnmapFlags flags = VfioUserDmaUnmapFlags.None) =>
        Error(VfioUserCommand.DmaUnmap, VfioUserPayload.ToBytes(new VfioUserDmaUnmap { Argsz = 24, Flags = flags, Address = address, Size = size }));

    /// <summary>Attaches MSI-X vectors from this one on.</summary>
    public int Attach(uint vector, params int[] descriptors) => Error(VfioUserCommand.DeviceSetIrqs,
        SetInterrupts(VfioUserIrqSetFlags.DataEventfd, vector, (uint)descriptors.Length), descriptors);

    /// <summary>Lets an MSI-X vector fire.</summary>
    public int Trigger(uint vector) => Error(VfioUserCommand.DeviceSetIrqs, SetInterrupts(VfioUserIrqSetFlags.DataNone, vector, 1));

    /// <summary>An eventfd as high as it goes, whose next write blocks.</summary>
    public static FileDescriptor MakeFullEventFd()
    {
        var file = FileDescriptor.Adopt(LibC.eventfd(0, LibC.EFD_CLOEXEC));
        var most = ulong.MaxValue - 1;
        Assert.Equal(8, (long)LibC.write(file.Number, &most, 8));
        return file;
    }

    /// <summary>What an eventfd has counted, which is 0 then.</summary>
    public static ulong Take(FileDescriptor eventFd)
    {
        ulong count;
        Assert.Equal(8, (long)LibC.read(eventFd.Number, &count, 8));
        return count;
    }

    /// <summary>A memfd of so many bytes.</summary>
    public static FileDescriptor MakeFile(long length)
    {
        fixed (byte* name = "client\0"u8)
        {
            var file = FileDescriptor.Adopt(LibC.memfd_create(name, (uint)LibC.MFD_CLOEXEC));
            Assert.Equal(0, LibC.ftruncate(file.Number, length));
            return file;
        }
    }

    public void Dispose()
    {
        _stopped.Set();
        _socket.Shutdown();
        _reader.Join();
        _socket.Dispose();
        _answered.Dispose();
        _stopped.Dispose();
    }

    private static byte[] SetInterrupts(VfioUserIrqSetFlags data, uint vector, uint count) => VfioUserPayload.ToBytes(
        new VfioUserIrqSet { Argsz = 20, Flags = data | VfioUserIrqSetFlags.ActionTrigger, Index = 2, Start = vector, Count = count });

    private void Read()
    {
        try
        {
            while (!_stopped.IsSet)
            {
                if (_socket.TryReceive(TimeSpan.FromSeconds(1)) is not { } message) continue;
                if (!message.Header.IsReply)
                {
                    Answer(message);
                    continue;
                }

                lock (_replies)
                    _replies.Enqueue(message);
                _answered.Release();
            }
        }
        catch (VfioUserProtocolException)
        {
            // The server is gone: nobody waits for it.
            _answered.Release();
        }
    }

    private void Answer(VfioUserMessage request)
    {
        if (IsSilent || _stopped.Wait(Delay)) return;
        var head = MemoryMarshal.Read<VfioUserDmaAccess>(request.Payload.Span);
        LongestTransfer = Math.Max(LongestTransfer, (long)head.Count);
        Transfers++;
        var place = Memory.AsSpan((int)(head.Address - MemoryStart), (int)head.Count);
        var isRead = request.Header.Command == VfioUserCommand.DmaRead;
        if (!isRead)
            request.Payload.Span[16..].CopyTo(place);
        var reply = VfioUserPayload.ToBytes(head, isRead ? place : default);
        _socket.Send(new VfioUserHeader(request.Header.Id, request.Header.Command, 0, VfioUserMessageFlags.Reply, 0), reply, [], Limit);
    }
}
