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
        _listener = ServedSocket.Listen(path);
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
