using System.Net.Sockets;
using System.Runtime.InteropServices;
using UserNvme.Interop;

namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>
/// One end of a connection: whole messages with their descriptors, in order. One thread sends at a time and one receives; both may do so
/// at once. After an error in the middle of a message the connection is of no use any more, as the next message's start is unknown.
/// </summary>
internal sealed class VfioUserSocket(Socket socket) : IDisposable
{
    // A peer that has begun a message has it ready: it gets no unbounded time for the rest.
    private static readonly TimeSpan s_restOfMessage = TimeSpan.FromSeconds(5);

    private readonly SafeHandle _handle = socket.SafeHandle;
    private readonly Lock _sending = new();

    /// <summary>Connects to a server.</summary>
    /// <param name="path">The socket's path.</param>
    /// <exception cref="SocketException">Nobody listens there, or it may not be reached; a server with a full backlog counts as none.</exception>
    public static VfioUserSocket Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return new VfioUserSocket(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a message; thread-safe.</summary>
    /// <param name="header">The header; its size is set here.</param>
    /// <param name="payload">What follows it.</param>
    /// <param name="descriptors">Open descriptors that the peer gets copies of.</param>
    /// <param name="limit">The longest wait for a peer that does not read.</param>
    /// <exception cref="VfioUserProtocolException">The peer is gone or does not read.</exception>
    public void Send(VfioUserHeader header, ReadOnlySpan<byte> payload, ReadOnlySpan<int> descriptors, TimeSpan limit)
    {
        var bytes = new byte[VfioUserHeader.Length + payload.Length];
        (header with { Size = bytes.Length }).Write(bytes);
        payload.CopyTo(bytes.AsSpan(VfioUserHeader.Length));
        var deadline = Deadline.After(limit);
        lock (_sending)
        {
            for (var done = 0; done < bytes.Length;)
            {
                // Descriptors belong to the first byte; a second copy of them would be taken for another message's.
                var sent = SocketMessages.Send(_handle, bytes.AsSpan(done), done == 0 ? descriptors : [], deadline);
                if (sent < 0)
                    throw Failed(sent, "take a message");
                done += sent;
            }
        }
    }

    /// <summary>Receives the next message.</summary>
    /// <param name="limit">The longest wait for its start.</param>
    /// <returns>The message, or null where none began in time; then the connection is as it was.</returns>
    /// <exception cref="VfioUserProtocolException">The peer is gone, stopped within a message, or sent what is no message.</exception>
    public VfioUserMessage? TryReceive(TimeSpan limit)
    {
        var descriptors = new List<FileDescriptor>();
        try
        {
            var head = new byte[VfioUserHeader.Length];
            var first = SocketMessages.Receive(_handle, head, descriptors, Deadline.After(limit));
            if (first == SocketMessages.TimedOut)
                return null;
            Check(first);
            var deadline = Deadline.After(s_restOfMessage);
            ReceiveAll(head.AsSpan(first), descriptors, deadline);
            var header = VfioUserHeader.Parse(head);
            var payload = new byte[header.Size - VfioUserHeader.Length];
            ReceiveAll(payload, descriptors, deadline);
            return new VfioUserMessage(header, payload, descriptors);
        }
        catch
        {
            foreach (var descriptor in descriptors)
                descriptor.Dispose();
            throw;
        }
    }

    /// <summary>Ends the connection for both ends; whoever waits in it wakes up with an error.</summary>
    public void Shutdown()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer was faster.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    private void ReceiveAll(Span<byte> buffer, List<FileDescriptor> descriptors, Deadline deadline)
    {
        while (!buffer.IsEmpty)
        {
            var received = SocketMessages.Receive(_handle, buffer, descriptors, deadline);
            Check(received);
            if (descriptors.Count > SocketMessages.MaxDescriptors)
                throw Failed(SocketMessages.TooManyDescriptors, "send a message");
            buffer = buffer[received..];
        }
    }

    private static void Check(int received)
    {
        if (received == 0)
            throw new VfioUserProtocolException("it closed the connection", Errno.ENXIO);
        if (received < 0)
            throw Failed(received, "end a message that it began");
    }

    private static VfioUserProtocolException Failed(int result, string did) => result switch
    {
        SocketMessages.TimedOut => new VfioUserProtocolException($"it did not {did} in time", Errno.EBUSY),
        SocketMessages.TooManyDescriptors => new VfioUserProtocolException($"it sent more than {SocketMessages.MaxDescriptors} descriptors with one message"),
        _ => new VfioUserProtocolException($"the connection to it broke: {Errno.Describe(result)}", -result),
    };
}
