using UserNvme.Interop;
using UserNvme.Transports;

namespace UserNvme.Queues;

/// <summary>
/// An interrupt vector of a controller and the eventfd that it signals while somebody wants it. Reactors say what they want, the
/// controller's service thread does it, for attaching is a system call or a message to another process (vfio-user).
/// </summary>
/// <param name="vector">The vector's number.</param>
/// <param name="changed">Tells the service thread that something is to be done; returns at once.</param>
/// <param name="tellProblem">Takes a sentence for the log.</param>
internal sealed class InterruptLine(int vector, Action changed, Action<string> tellProblem)
{
    // An interrupt may be late on a busy machine. One that is missing again and again does not come.
    private const int MostLost = 3;
    private const int LostWithinMilliseconds = 60_000;

    private volatile int _wants;
    private int _users;
    private int _lost;
    private long _firstLost;
    private bool _told;
    private volatile bool _attached;
    private volatile bool _failed;

    /// <summary>The vector's number.</summary>
    public int Vector => vector;

    /// <summary>What the vector signals.</summary>
    public FileDescriptor Event { get; } = FileDescriptor.MakeEventFd();

    /// <summary>Whether completions signal the eventfd from now on. What was posted before this was seen to be true may not have.</summary>
    public bool IsAttached => _attached;

    /// <summary>Whether the vector could not be attached: whoever waits for it has to look instead.</summary>
    public bool HasFailed => _failed;

    /// <summary>One more wants it attached. Any thread.</summary>
    public void Want()
    {
        if (Interlocked.Increment(ref _wants) == 1) changed();
    }

    /// <summary>One less wants it attached. Any thread.</summary>
    public void Unwant()
    {
        if (Interlocked.Decrement(ref _wants) == 0) changed();
    }

    /// <summary>Does what is wanted. On the service thread.</summary>
    /// <exception cref="NvmeSetupException">It cannot be done; it is never tried again.</exception>
    public void Apply(NvmeTransport transport)
    {
        var wanted = _wants != 0;
        if (wanted == _attached || (wanted && _failed)) return;
        if (wanted)
            Attach(transport);
        else
            DetachUnlessWanted(transport);
    }

    /// <summary>Attaches again what was attached, after a reset. On the service thread.</summary>
    public void Restore(NvmeTransport transport)
    {
        if (_attached) Attach(transport);
    }

    /// <summary>Detaches whatever anybody wants: the controller is closed. On the service thread.</summary>
    public void Detach(NvmeTransport transport)
    {
        _failed = true;
        if (!_attached) return;
        _attached = false;
        transport.SetInterrupt(vector, -1);
    }

    /// <summary>Completions were there, and no interrupt had come for them: told once, and believed when it goes on. A reactor that shares the line may miscount.</summary>
    public void Lost()
    {
        var now = Environment.TickCount64;
        if (_lost == 0 || now - _firstLost > LostWithinMilliseconds) (_lost, _firstLost) = (0, now);
        if (++_lost >= MostLost) _failed = true;
        if (_told) return;
        _told = true;
        tellProblem($"interrupt vector {vector} did not fire for a completion, which was found by looking: if that goes on, its queue is polled.");
    }

    /// <summary>One more may sleep on the eventfd.</summary>
    public void AddUser() => Interlocked.Increment(ref _users);

    /// <summary>Closes the eventfd with the last who may sleep on it; it is detached by then.</summary>
    public void RemoveUser()
    {
        if (Interlocked.Decrement(ref _users) == 0) Event.Dispose();
    }

    private void Attach(NvmeTransport transport)
    {
        _attached = false;
        Set(transport, Event.Number);
        _attached = true;
    }

    // Whoever wants it again either sees that it is not attached or is seen here: nobody sleeps on a line that is being detached.
    private void DetachUnlessWanted(NvmeTransport transport)
    {
        _attached = false;
        Interlocked.MemoryBarrier();
        if (_wants != 0)
            _attached = true;
        else
            Set(transport, -1);
    }

    private void Set(NvmeTransport transport, int eventFd)
    {
        try
        {
            transport.SetInterrupt(vector, eventFd);
        }
        catch
        {
            _failed = true;
            throw;
        }
    }
}
