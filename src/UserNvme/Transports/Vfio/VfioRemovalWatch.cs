using Tmds.Linux;
using UserNvme.Interop;

namespace UserNvme.Transports.Vfio;

/// <summary>
/// Tells when the kernel wants the device back (unbind, hot-unplug) or PCIe reports an unrecoverable error. A small thread sleeps on the
/// two eventfds; devices that offer neither have none.
/// </summary>
internal sealed unsafe class VfioRemovalWatch : IDisposable
{
    private readonly CancellationTokenSource _removed = new();
    private readonly List<FileDescriptor> _events = [];
    private readonly FileDescriptor _stop = FileDescriptor.MakeEventFd();
    private readonly Thread? _thread;

    /// <summary>Starts to watch a device.</summary>
    public VfioRemovalWatch(VfioDevice device)
    {
        try
        {
            TryAdd(device, VfioPciIrq.Req);
            TryAdd(device, VfioPciIrq.Err);
            if (_events.Count == 0)
                return;
            var thread = new Thread(Watch, maxStackSize: 256 * 1024) { IsBackground = true, Name = $"vfio {device.Address}" };
            thread.UnsafeStart();
            _thread = thread;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Cancelled when the device goes away or has failed. Callbacks run on the thread pool.</summary>
    public CancellationToken Removed => _removed.Token;

    /// <summary>Ends the watch. The kernel keeps its own reference to the eventfds until the device is closed.</summary>
    public void Dispose()
    {
        _stop.Signal();
        _thread?.Join();
        foreach (var descriptor in _events)
            descriptor.Dispose();
        _stop.Dispose();
    }

    private void TryAdd(VfioDevice device, VfioPciIrq index)
    {
        var info = device.GetIrqInfo(index);
        if (info.Count == 0 || !info.Flags.HasFlag(VfioIrqFlags.Eventfd))
            return;
        var descriptor = FileDescriptor.MakeEventFd();
        if (VfioInterrupts.Attach(device.File, index, 0, [descriptor.Number]) == 0)
            _events.Add(descriptor);
        else
            descriptor.Dispose();
    }

    private void Watch()
    {
        var files = stackalloc pollfd[_events.Count + 1];
        files[0] = new pollfd { fd = _stop.Number, events = LibC.POLLIN };
        for (var i = 0; i < _events.Count; i++)
            files[i + 1] = new pollfd { fd = _events[i].Number, events = LibC.POLLIN };

        // Not a wait for the device: it ends with the transport, whatever the device does.
        while (LibC.poll(files, (uint)_events.Count + 1, -1) <= 0)
        {
        }

        if (files[0].revents == 0)
            _ = _removed.CancelAsync();
    }
}
