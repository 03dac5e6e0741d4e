using System.Net.Sockets;
using UserNvme.Emulation.Hosts;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Emulation;

/// <summary>
/// Serves an emulated controller to other processes over a UNIX socket (vfio-user): one client at a time, and the next when it has gone. The
/// controller is reset, and everything that a client gave is closed, when it goes. A thread of its own answers, one more reads what the client
/// sends, and one steps the controller, which several hosts can share.
/// </summary>
public sealed class VfioUserHost : IDisposable
{
    private const int LookEvery = 200_000; // us

    private readonly EmulatedController _controller;
    private readonly Stepper _stepper;
    private readonly Socket _listener;
    private readonly Thread _thread;
    private volatile VfioUserSession? _session;
    private volatile bool _stop;
    private volatile int _clients;

    /// <summary>Listens at a path. Only the user whose process this is can connect.</summary>
    /// <param name="controller">What is served; disposed with this.</param>
    /// <param name="path">Where the socket is made. A socket that a dead server left there is replaced.</param>
    /// <exception cref="NvmeSetupException">The socket cannot be made, or another server listens there.</exception>
    public VfioUserHost(EmulatedController controller, string path)
        : this(controller, path, beside: null)
    {
    }

    private VfioUserHost(EmulatedController controller, string path, VfioUserHost? beside)
    {
        ArgumentNullException.ThrowIfNull(controller);
        ArgumentNullException.ThrowIfNull(path);
        Path = path;
        _listener = Listen(path);
        _controller = controller;
        controller.SetBusMaster(false);
        _stepper = beside?._stepper ?? new Stepper(controller);
        if (beside is not null)
            _stepper.Add(controller);
        _thread = new Thread(Run) { Name = "vfio-user server", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The socket's path.</summary>
    public string Path { get; }

    /// <summary>How many clients have been served so far, the present one included.</summary>
    public int ClientCount => _clients;

    /// <summary>How often a client did something wrong with the controller so far.</summary>
    public long RecordedFaultCount => _controller.RecordedFaultCount;

    /// <summary>What a client did wrong with the controller so far; the first thousand.</summary>
    public IReadOnlyList<EmulatedFault> RecordedFaults => _controller.RecordedFaults;

    /// <summary>Makes the controller that options describe and serves it.</summary>
    /// <param name="path">Where the socket is made.</param>
    /// <param name="options">What would stand behind "emulated:", such as "?size=4G&amp;latency=10us"; empty for the defaults.</param>
    /// <param name="beside">Another host, whose thread steps this controller as well; null for a thread of its own.</param>
    /// <exception cref="NvmeSetupException">An option is wrong, or the socket cannot be made.</exception>
    /// <exception cref="ObjectDisposedException"><paramref name="beside"/> and all beside it are disposed.</exception>
    public static VfioUserHost Start(string path, string options = "", VfioUserHost? beside = null)
    {
        // Clients choose their addresses as they like: SPDK gives its virtual ones.
        var controller = new EmulatedController(EmulatedAddress.Parse(options, addressWidth: 57).Options);
        try
        {
            return new VfioUserHost(controller, path, beside);
        }
        catch
        {
            controller.Dispose();
            throw;
        }
    }

    /// <summary>Ends the present client's connection, removes the socket and closes the controller.</summary>
    public void Dispose()
    {
        if (_stop)
            return;
        _stop = true;
        // The thread may be waiting for a step, and the step for the client.
        _session?.Close();
        _thread.Join();
        _listener.Dispose();
        File.Delete(Path);
        _stepper.Remove(_controller);
        _controller.Dispose();
    }

    private static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            var end = new UnixDomainSocketEndPoint(path);
            if (File.Exists(path) && IsDead(end))
                File.Delete(path);
            socket.Bind(end);
            // Nobody can connect before Listen, so nobody comes in before the mode is set.
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(1);
            return socket;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            socket.Dispose();
            throw new NvmeSetupException(SetupProblem.SystemError, path,
                $"No socket can be made at {path}: {e.Message}; give a path of at most 107 bytes in a folder that exists, where no other server listens.", e);
        }
    }

    // Only a socket is ever replaced, and only when nobody answers at it.
    private static bool IsDead(UnixDomainSocketEndPoint end)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(end);
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused && (File.GetAttributes(end.ToString()) & FileAttributes.Directory) == 0
                && new FileInfo(end.ToString()).Length == 0;
        }
    }

    private void Run()
    {
        while (!_stop)
        {
            try
            {
                if (!_listener.Poll(LookEvery, SelectMode.SelectRead))
                    continue;
                using var session = new VfioUserSession(_controller, _stepper, new VfioUserSocket(_listener.Accept()));
                _session = session;
                _clients++; // By this thread only.
                session.Run(() => _stop);
            }
            catch (SocketException)
            {
                // A client that left before it was accepted.
            }
        }
    }
}
