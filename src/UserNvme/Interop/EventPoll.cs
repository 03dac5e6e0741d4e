using Tmds.Linux;

namespace UserNvme.Interop;

/// <summary>
/// Where one thread sleeps until an eventfd is signalled: by another thread with <see cref="Wake"/>, or by a device. Signals are edges
/// (EPOLLET): one that comes while nobody sleeps ends the next sleep at once, and no eventfd is ever read.
/// </summary>
internal sealed unsafe class EventPoll : IDisposable
{
    private const int MaxEvents = 16;

    private readonly FileDescriptor _poll;
    private readonly FileDescriptor _wake;

    public EventPoll()
    {
        var fd = LibC.epoll_create1(LibC.EPOLL_CLOEXEC);
        if (fd < 0) throw new NvmeSetupException(SetupProblem.SystemError, "", $"No epoll instance can be made: {Errno.DescribeLast()}.");
        _poll = FileDescriptor.Adopt(fd);
        _wake = FileDescriptor.MakeEventFd();
        Add(_wake);
    }

    /// <summary>Lets signals of an eventfd end the sleep; no harm if it is there already.</summary>
    public void Add(FileDescriptor eventFd)
    {
        var interest = new epoll_event { events = LibC.EPOLLIN | LibC.EPOLLET };
        if (LibC.epoll_ctl(_poll.Number, LibC.EPOLL_CTL_ADD, eventFd.Number, &interest) < 0 && Errno.Last != Errno.EEXIST)
            throw new NvmeSetupException(SetupProblem.SystemError, "", $"No eventfd can be waited for: {Errno.DescribeLast()}.");
    }

    /// <summary>Signals of this eventfd count no longer.</summary>
    public void Remove(FileDescriptor eventFd)
    {
        if (_poll.IsClosed) return;
        var nothing = default(epoll_event);
        _ = LibC.epoll_ctl(_poll.Number, LibC.EPOLL_CTL_DEL, eventFd.Number, &nothing);
    }

    /// <summary>Sleeps until a signal comes.</summary>
    /// <param name="milliseconds">The longest sleep; -1 for any length.</param>
    /// <returns>False if the time was over before a signal came.</returns>
    public bool Wait(int milliseconds)
    {
        var events = stackalloc epoll_event[MaxEvents];
        // A sleep that a signal handler interrupts counts as one that was ended: the caller looks and sleeps again.
        return LibC.epoll_wait(_poll.Number, events, MaxEvents, milliseconds) != 0;
    }

    /// <summary>Ends the sleep. Any thread, also after this was disposed.</summary>
    public void Wake()
    {
        try
        {
            _wake.Signal();
        }
        catch (ObjectDisposedException)
        {
            // Nobody sleeps here any more.
        }
    }

    public void Dispose()
    {
        _poll.Dispose();
        _wake.Dispose();
    }
}
