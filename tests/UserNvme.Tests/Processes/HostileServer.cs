using System.Net.Sockets;
using UserNvme.Interop;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Tests.Processes;

/// <summary>
/// A server that answers as a right one would, but for the mutations of its messages, and now and then asks for the client's memory. After a
/// message whose length is not what it says, or that is no answer any more, it closes, so that no client waits for the rest of its time.
/// </summary>
internal sealed class HostileServer : IDisposable
{
    public const ulong Memory = 0x4000_0000;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly PassedFiles _files;

    public HostileServer(string folder, PassedFiles files)
    {
        _files = files;
        _listener.Bind(new UnixDomainSocketEndPoint($"{folder}/cntrl"));
        _listener.Listen(4);
    }

    /// <summary>How many messages it has sent.</summary>
    public long Sent { get; private set; }

    /// <summary>Serves one client until one of the two ends it.</summary>
    public void Serve(Mutation[] mutations)
    {
        using var accepted = _listener.Accept();
        using var socket = new VfioUserSocket(accepted);
        try
        {
            for (var number = 0; ;)
            {
                using var request = socket.TryReceive(s_limit);
                Assert.NotNull(request);
                // A reply to what this server asked.
                if (request.Header.IsReply) continue;
                if (number % 3 == 2 && !Send(accepted, Ask(number), 0, number++, mutations)) return;
                if (!Send(accepted, Reply(request, out var descriptors), descriptors, number++, mutations)) return;
            }
        }
        catch (VfioUserProtocolException)
        {
            // The client has left.
        }
    }

    public void Dispose() => _listener.Dispose();

    private bool Send(Socket socket, byte[] message, int descriptors, int number, Mutation[] mutations)
    {
        var right = message;
        foreach (var mutation in mutations.Where(m => m.Message == number)) (message, descriptors) = mutation.Apply(message, descriptors);
        var sent = SocketMessages.Send(socket.SafeHandle, message, _files.Take(memoryFirst: true, Math.Min(descriptors, 4)), Deadline.After(s_limit));
        Sent++;
        return sent == message.Length && message.Length >= VfioUserHeader.Length && BitConverter.ToUInt32(message, 4) == message.Length
            && message.AsSpan(0, 2).SequenceEqual(right.AsSpan(0, 2)) && ((message[8] ^ right[8]) & 0xF) == 0;
    }

    // Within the client's first page, across its end, and far away, in turn.
    private static byte[] Ask(int number)
    {
        var access = new VfioUserDmaAccess { Address = Memory + ((ulong)number * 1021), Count = 8 };
        return (number % 2) switch
        {
            0 => Message(0x7000, VfioUserCommand.DmaRead, VfioUserMessageFlags.None, VfioUserPayload.ToBytes(access)),
            _ => Message(0x7001, VfioUserCommand.DmaWrite, VfioUserMessageFlags.None, VfioUserPayload.ToBytes(access, new byte[8])),
        };
    }

    private static byte[] Reply(VfioUserMessage request, out int descriptors)
    {
        descriptors = 0;
        byte[] payload = [];
        switch (request.Header.Command)
        {
            case VfioUserCommand.Version:
                payload = new VfioUserVersion(0, 1, new VfioUserCapabilities { MaxMessageDescriptors = 8 }).ToBytes();
                break;
            case VfioUserCommand.DeviceGetInfo:
                payload = VfioUserPayload.ToBytes(new VfioUserDeviceInfo { Argsz = 16, Flags = VfioUserDeviceFlags.Reset | VfioUserDeviceFlags.Pci, NumRegions = 9, NumIrqs = 5 });
                break;
            case VfioUserCommand.DeviceGetIrqInfo:
                payload = VfioUserPayload.ToBytes(new VfioUserIrqInfo { Argsz = 16, Flags = VfioUserIrqFlags.Eventfd, Index = 2, Count = 8 });
                break;
            case VfioUserCommand.DeviceGetRegionInfo:
                descriptors = 1;
                payload = new VfioUserRegion(0, VfioUserRegionFlags.Read | VfioUserRegionFlags.Write | VfioUserRegionFlags.Mmap, 0x2000, 0, [new(0x1000, 0x1000)]).ToBytes(4096);
                break;
            case VfioUserCommand.RegionRead:
                var read = VfioUserRegionAccess.ParseRead(request.Payload.Span, VfioUserCapabilities.DefaultTransfer);
                payload = VfioUserPayload.ToBytes(read, new byte[read.Count]);
                break;
            case VfioUserCommand.RegionWrite:
                payload = request.Payload.Span[..16].ToArray();
                break;
            case VfioUserCommand.DmaUnmap:
                payload = request.Payload.ToArray();
                break;
        }

        return Message(request.Header.Id, request.Header.Command, VfioUserMessageFlags.Reply, payload);
    }

    private static byte[] Message(ushort id, VfioUserCommand command, VfioUserMessageFlags flags, byte[] payload)
    {
        var bytes = new byte[VfioUserHeader.Length + payload.Length];
        new VfioUserHeader(id, command, bytes.Length, flags, 0).Write(bytes);
        payload.CopyTo(bytes, VfioUserHeader.Length);
        return bytes;
    }
}
