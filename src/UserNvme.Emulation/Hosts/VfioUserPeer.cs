using UserNvme.Emulation.Dma;
using UserNvme.Interop;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Emulation.Hosts;

/// <summary>
/// The server's view of one client: its requests, in order, and its memory, as far as it is reached by messages. A thread of its own reads
/// what comes and hands each reply to the step that waits for it, also while a request waits for the end of that step; this is what keeps the
/// two from waiting for each other. Thread-safe: one thread takes requests, another one moves data.
/// </summary>
internal sealed class VfioUserPeer : IRemoteMemory, IDisposable
{
    // A client that waits for replies has few requests under way; one that does not want replies is made to wait at this many.
    private const int MostQueued = 1024;

    // It is not made to wait while a reply is awaited that could stand behind its requests. At this many it is of no use.
    private const int TooManyQueued = 65_536;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private readonly VfioUserSocket _socket;
    private readonly Thread _reader;
    private readonly object _gate = new();
    private readonly Queue<VfioUserMessage> _requests = new();
    private VfioUserMessage? _reply;
    private ushort _id;
    private bool _isWaiting;
    private bool _isOver;

    /// <summary>Starts to read.</summary>
    /// <param name="socket">The connection; disposed with this.</param>
    public VfioUserPeer(VfioUserSocket socket)
    {
        _socket = socket;
        _reader = new Thread(Read) { Name = "vfio-user client", IsBackground = true };
        _reader.Start();
    }

    /// <summary>The most bytes of memory that the client moves with one message.</summary>
    public int MaxTransfer { get; set; } = VfioUserCapabilities.DefaultTransfer;

    /// <summary>Takes the next request, which the caller disposes; null where none came for a moment.</summary>
    /// <exception cref="VfioUserProtocolException">The client is gone, and there is no request left.</exception>
    public VfioUserMessage? TryTake()
    {
        lock (_gate)
        {
            if (_requests.Count == 0 && !_isOver)
                Monitor.Wait(_gate, s_look);
            if (_requests.TryDequeue(out var request))
            {
                if (_requests.Count == MostQueued - 1)
                    Monitor.PulseAll(_gate);
                return request;
            }

            return _isOver ? throw new VfioUserProtocolException("it is gone", Errno.ENXIO) : null;
        }
    }

    /// <summary>Answers a request.</summary>
    /// <exception cref="VfioUserProtocolException">The client is gone or does not read.</exception>
    public void Reply(in VfioUserHeader request, int error, ReadOnlySpan<byte> payload, ReadOnlySpan<int> descriptors)
    {
        var flags = VfioUserMessageFlags.Reply | (error != 0 ? VfioUserMessageFlags.Error : 0);
        _socket.Send(new VfioUserHeader(request.Id, request.Command, 0, flags, error), payload, descriptors, s_limit);
    }

    /// <inheritdoc/>
    public bool TryRead(ulong iova, Span<byte> destination, Deadline deadline)
    {
        while (!destination.IsEmpty)
        {
            var piece = destination[..Math.Min(destination.Length, MaxTransfer)];
            var access = new VfioUserDmaAccess { Address = iova, Count = (ulong)piece.Length };
            using var reply = Ask(VfioUserCommand.DmaRead, VfioUserPayload.ToBytes(access), deadline);
            if (reply is null || !TryCopy(reply, access, piece)) return false;
            destination = destination[piece.Length..];
            iova += (ulong)piece.Length;
        }

        return true;
    }

    /// <inheritdoc/>
    public bool TryWrite(ulong iova, ReadOnlySpan<byte> source, Deadline deadline)
    {
        while (!source.IsEmpty)
        {
            var piece = source[..Math.Min(source.Length, MaxTransfer)];
            using var reply = Ask(VfioUserCommand.DmaWrite, VfioUserPayload.ToBytes(new VfioUserDmaAccess { Address = iova, Count = (ulong)piece.Length }, piece), deadline);
            if (reply is null) return false;
            source = source[piece.Length..];
            iova += (ulong)piece.Length;
        }

        return true;
    }

    /// <summary>Ends the connection: a step that waits goes on at once.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isOver = true;
            Monitor.PulseAll(_gate);
        }

        _socket.Shutdown();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        _reader.Join();
        _socket.Dispose();
        _reply?.Dispose();
        while (_requests.TryDequeue(out var request))
            request.Dispose();
    }

    private static bool TryCopy(VfioUserMessage reply, in VfioUserDmaAccess asked, Span<byte> destination)
    {
        try
        {
            var access = VfioUserDmaAccess.ParseWithData(reply.Payload.Span, destination.Length, out var data);
            if (access.Address != asked.Address || access.Count != asked.Count) return false;
            data.CopyTo(destination);
            return true;
        }
        catch (VfioUserProtocolException)
        {
            return false;
        }
    }

    // One request at a time, by the thread that steps. A client that does not answer in time is given up, for a late reply could be taken for another's.
    private VfioUserMessage? Ask(VfioUserCommand command, ReadOnlySpan<byte> payload, Deadline deadline)
    {
        ushort id;
        lock (_gate)
        {
            if (_isOver) return null;
            id = ++_id;
            _isWaiting = true;
            Monitor.PulseAll(_gate);
        }

        try
        {
            _socket.Send(new VfioUserHeader(id, command, 0, VfioUserMessageFlags.None, 0), payload, [], TimeSpan.FromMilliseconds(deadline.Milliseconds));
        }
        catch (VfioUserProtocolException)
        {
            Close();
        }

        var reply = WaitForReply(deadline);
        if (reply is null)
            Close();
        else if (reply.Header.IsError || reply.Header.Command != command)
        {
            reply.Dispose();
            return null;
        }

        return reply;
    }

    private VfioUserMessage? WaitForReply(Deadline deadline)
    {
        lock (_gate)
        {
            while (_reply is null && !_isOver && deadline.Milliseconds is > 0 and var left)
                Monitor.Wait(_gate, left);
            _isWaiting = false;
            (var reply, _reply) = (_reply, null);
            return reply;
        }
    }

    private void Read()
    {
        try
        {
            while (true)
            {
                lock (_gate)
                {
                    if (_isOver) return;
                }

                if (_socket.TryReceive(s_look) is { } message)
                    Sort(message);
            }
        }
        catch (VfioUserProtocolException)
        {
            // It left, or cannot be understood any more. What it asked before is answered as far as it listens.
        }
        finally
        {
            lock (_gate)
            {
                _isOver = true;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private void Sort(VfioUserMessage message)
    {
        lock (_gate)
        {
            if (message.Header.IsReply)
            {
                if (_isWaiting && _reply is null && message.Header.Id == _id)
                {
                    _reply = message;
                    Monitor.PulseAll(_gate);
                    return;
                }
            }
            else
            {
                while (_requests.Count >= MostQueued && !_isWaiting && !_isOver)
                    Monitor.Wait(_gate);
                if (_requests.Count < TooManyQueued && !_isOver)
                {
                    _requests.Enqueue(message);
                    Monitor.PulseAll(_gate);
                    return;
                }
            }
        }

        using (message)
            throw new VfioUserProtocolException("it answered what it was not asked, or asks without end");
    }
}
