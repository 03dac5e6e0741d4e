using Tmds.Linux;

namespace UserNvme.Interop;

/// <summary>Signals eventfds that belong to others.</summary>
internal static unsafe class EventFd
{
    /// <summary>Adds 1, which wakes who waits; a counter at its end stays, and then whoever waits is awake already.</summary>
    /// <param name="descriptor">An open eventfd.</param>
    public static void Signal(int descriptor)
    {
        var one = 1ul;
        _ = LibC.write(descriptor, &one, sizeof(ulong));
    }
}
