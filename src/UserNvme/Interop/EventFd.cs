using Tmds.Linux;

namespace UserNvme.Interop;

/// <summary>Signals eventfds that belong to others.</summary>
internal static unsafe class EventFd
{
    /// <summary>Whether a descriptor is an eventfd: others may block who writes to them for as long as their owner likes.</summary>
    /// <param name="descriptor">An open descriptor.</param>
    public static bool IsOne(int descriptor) => new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget == "anon_inode:[eventfd]";

    /// <summary>
    /// Adds 1, which wakes who waits. A counter at its end stays, and then whoever waits is awake already: a write would wait until it is read, unless
    /// its owner made it non-blocking, which is a property of the owner's own end and not changed from here.
    /// </summary>
    /// <param name="descriptor">An open eventfd.</param>
    public static void Signal(int descriptor)
    {
        var room = new pollfd { fd = descriptor, events = (short)LibC.POLLOUT };
        if (LibC.poll(&room, 1, 0) <= 0 || (room.revents & LibC.POLLOUT) == 0) return;
        var one = 1ul;
        _ = LibC.write(descriptor, &one, sizeof(ulong));
    }
}
