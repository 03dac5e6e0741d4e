using System.Net.Sockets;
using UserNvme.Interop;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Transports.VfioUser;

/// <summary>
/// The client's end of a connection: requests, one at a time, and a thread of its own that takes the replies and answers what the server
/// asks meanwhile. Thread-safe. Every request ends within <see cref="RequestTimeout"/>.
/// </summary>
internal sealed class VfioUserConnection : IDisposable
{
    /// <summary>The longest wait for a reply; after it the connection is given up, for a late reply could be taken for another's.</summary>
    public static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    private const string ClosedHere = "it is closed";

    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(500);

    private readonly VfioUserSocket _socket;
    private readonly Thread _reader;
    private readonly Lock _request = new();
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _answered = new(false);
    private readonly CancellationTokenSource _lost = new();
    private VfioUserMessage? _reply;
    private ushort _waitingFor;
    private bool _isWaiting;
    private volatile string? _lostBecause;
    private volatile bool _stop;
    private ushort _id;

    /// <summary>Connects and agrees on version and capabilities.</summary>
    /// <exception cref="NvmeSetupException">Nobody listens, or the two do not understand each other.</exception>
    public VfioUserConnection(string address, string path)
    {
        (Address, Path) = (address, path);
        try
        {
            _socket = VfioUserSocket.Connect(path);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new NvmeSetupException(SetupProblem.NoSuchDevice, address,
                $"No vfio-user server can be reached at {path}: start one there, such as 'usernvme emulate --socket {path}', or check who may open the socket.", e);
        }

        _reader = new Thread(Read) { Name = "vfio-user", IsBackground = true };
        _reader.Start();
        try
        {
            Peer = Negotiate();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The controller's address, for messages.</summary>
    public string Address { get; }

    /// <summary>The socket.</summary>
    public string Path { get; }

    /// <summary>What the server can take.</summary>
    public VfioUserCapabilities Peer { get; }

    /// <summary>The memory that the server may ask for.</summary>
    public VfioUserMemory Memory { get; } = new();

    /// <summary>Cancelled when the connection is lost.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Whether the connection is lost or closed.</summary>
    public bool IsLost => _lostBecause is not null;

    /// <summary>Why the server was lost, as far as it was.</summary>
    public string? LostBecause => _lostBecause is ClosedHere ? null : _lostBecause;

    /// <summary>Sends a request and waits for its reply, which the caller disposes.</summary>
    /// <exception cref="NvmeSetupException">The server says no, is gone, or does not answer in time.</exception>
    public VfioUserMessage Ask(VfioUserCommand command, ReadOnlySpan<byte> payload, params ReadOnlySpan<int> descriptors)
    {
        var reply = Exchange(command, payload, descriptors);
        if (!reply.Header.IsError)
            return reply;
        using (reply)
            throw new NvmeSetupException(SetupProblem.DeviceFailed, Address, $"{Address} refuses a request ({command}): {Errno.Describe(reply.Header.Error)}.");
    }

    /// <summary>Sends a request that the server may refuse.</summary>
    /// <returns>0, or the error number that it refuses with.</returns>
    /// <exception cref="NvmeSetupException">The server is gone, or does not answer in time.</exception>
    public int TryAsk(VfioUserCommand command, ReadOnlySpan<byte> payload, params ReadOnlySpan<int> descriptors)
    {
        using var reply = Exchange(command, payload, descriptors);
        return reply.Header.IsError ? reply.Header.Error : 0;
    }

    private VfioUserMessage Exchange(VfioUserCommand command, ReadOnlySpan<byte> payload, ReadOnlySpan<int> descriptors)
    {
        lock (_request)
        {
            var id = ++_id;
            lock (_gate)
            {
                (_waitingFor, _isWaiting) = (id, true);
                _answered.Reset();
            }

            Send(new VfioUserHeader(id, command, 0, VfioUserMessageFlags.None, 0), payload, descriptors);
            if (!_answered.WaitOne(RequestTimeout))
                Lose($"it did not answer within {RequestTimeout.TotalSeconds} s");
            VfioUserMessage? reply;
            lock (_gate)
            {
                (reply, _reply, _isWaiting) = (_reply, null, false);
            }

            if (reply is null)
                throw Gone();
            if (reply.Header.IsError || reply.Header.Command == command)
                return reply;
            using (reply)
                throw new NvmeSetupException(SetupProblem.DeviceFailed, Address,
                    $"{Address} answers a request ({command}) with the reply to another ({reply.Header.Command}).");
        }
    }

    /// <summary>Reads a reply's payload; a server that broke the protocol is named in the error.</summary>
    public T Checked<T>(Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (VfioUserProtocolException e)
        {
            throw new NvmeSetupException(SetupProblem.DeviceFailed, Address, $"{Address} does not follow the vfio-user protocol: {e.Message}.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop = true;
        Lose(ClosedHere);
        if (Thread.CurrentThread != _reader)
            _reader.Join();
        _socket.Dispose();
        _reply?.Dispose();
        _reply = null;
    }

    private VfioUserCapabilities Negotiate()
    {
        var ours = new VfioUserCapabilities { MaxMessageDescriptors = SocketMessages.MaxDescriptors };
        using var reply = Ask(VfioUserCommand.Version, new VfioUserVersion(VfioUserVersion.OurMajor, VfioUserVersion.OurMinor, ours).ToBytes());
        var version = Checked(() => VfioUserVersion.Parse(reply.Payload.Span));
        return version is { Major: VfioUserVersion.OurMajor, Minor: <= VfioUserVersion.OurMinor }
            ? version.Capabilities
            : throw new NvmeSetupException(SetupProblem.Unsupported, Address,
                $"{Address} speaks version {version.Major}.{version.Minor} of vfio-user, not {VfioUserVersion.OurMajor}.{VfioUserVersion.OurMinor}.");
    }

    private void Send(VfioUserHeader header, ReadOnlySpan<byte> payload, ReadOnlySpan<int> descriptors)
    {
        if (IsLost)
            throw Gone();
        try
        {
            _socket.Send(header, payload, descriptors, RequestTimeout);
        }
        catch (VfioUserProtocolException e)
        {
            Lose(e.Message);
            throw Gone();
        }
    }

    private void Read()
    {
        try
        {
            while (!_stop && !IsLost)
            {
                if (_socket.TryReceive(s_idle) is not { } message)
                    continue;
                if (message.Header.IsReply)
                    Hand(message);
                else
                    using (message)
                        Answer(message);
            }
        }
        catch (VfioUserProtocolException e)
        {
            Lose(e.Message);
        }
    }

    private void Hand(VfioUserMessage reply)
    {
        lock (_gate)
        {
            if (_isWaiting && _reply is null && reply.Header.Id == _waitingFor)
            {
                _reply = reply;
                _answered.Set();
                return;
            }
        }

        using (reply)
            throw new VfioUserProtocolException("it answered what it was not asked");
    }

    private void Answer(VfioUserMessage command)
    {
        var header = command.Header;
        byte[] payload = [];
        var error = 0;
        try
        {
            payload = header.Command switch
            {
                VfioUserCommand.DmaRead => Memory.Read(command.Payload.Span),
                VfioUserCommand.DmaWrite => Memory.Write(command.Payload.Span),
                _ => throw new VfioUserProtocolException($"it asks for {header.Command}, which a server cannot", Errno.EOPNOTSUPP),
            };
        }
        catch (VfioUserProtocolException e)
        {
            error = e.Error;
        }

        if (!header.WantsReply)
            return;
        var flags = VfioUserMessageFlags.Reply | (error != 0 ? VfioUserMessageFlags.Error : 0);
        _socket.Send(new VfioUserHeader(header.Id, header.Command, 0, flags, error), payload, [], RequestTimeout);
    }

    private void Lose(string why)
    {
        lock (_gate)
        {
            if (_lostBecause is not null)
                return;
            _lostBecause = why;
        }

        _socket.Shutdown();
        _answered.Set();
        if (!_stop)
            _lost.Cancel();
    }

    private NvmeSetupException Gone() =>
        new(SetupProblem.DeviceFailed, Address, $"The connection to {Address} is lost: {_lostBecause}; see whether the server runs, and open the controller again.");
}
