using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using UserNvme.Interop;

namespace UserNvme.Transports.Vfio;

/// <summary>
/// Delivers a device's MSI-X vectors to eventfds. Kernels before 6.5 fix the number of vectors when the first is attached; needing more
/// later switches all off and on again, and then each eventfd is signalled once, as an interrupt may have been lost in between.
/// Thread-safe.
/// </summary>
internal sealed unsafe class VfioInterrupts
{
    private const int Detached = -1;

    private readonly VfioDevice _device;
    private readonly Lock _gate = new();
    private readonly int[] _eventFds;
    private int _enabled;

    /// <summary>The MSI-X vectors of a device; none is attached.</summary>
    public VfioInterrupts(VfioDevice device)
    {
        _device = device;
        var info = device.GetIrqInfo(VfioPciIrq.Msix);
        _eventFds = new int[info.Flags.HasFlag(VfioIrqFlags.Eventfd) ? Math.Min(info.Count, MaximumVectors) : 0];
        Array.Fill(_eventFds, Detached);
    }

    // PCI's own limit of an MSI-X table.
    private const uint MaximumVectors = 2048;

    /// <summary>The number of vectors.</summary>
    public int Count => _eventFds.Length;

    /// <summary>Attaches an eventfd to a vector, or detaches it with -1.</summary>
    /// <exception cref="NvmeSetupException">The kernel has not enough interrupt vectors.</exception>
    public void Set(int vector, int eventFd)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(vector);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(vector, Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(eventFd, Detached);
        lock (_gate)
        {
            if (vector >= _enabled)
            {
                if (eventFd != Detached)
                    EnableUpTo(vector, eventFd);
                return;
            }

            var result = TrySet(vector, [eventFd]);
            if (result != 0)
                throw Failed(vector, result);
            _eventFds[vector] = eventFd;
        }
    }

    /// <summary>
    /// Switches MSI-X on with nothing attached. A completion queue is tied to its vector when it is made, and QEMU's controller does that
    /// only while MSI-X is on: a vector attached later would stay silent. Where there are no vectors, <see cref="Set"/> says so later;
    /// a queue that is polled needs none.
    /// </summary>
    public void SwitchOn()
    {
        lock (_gate)
        {
            if (Count > 0 && _enabled == 0)
                EnableAtLeast(1);
        }
    }

    private void EnableUpTo(int vector, int eventFd)
    {
        var previous = _enabled;
        _eventFds[vector] = eventFd;
        var result = EnableAtLeast(vector + 1);
        if (result != 0)
        {
            _eventFds[vector] = Detached;
            if (previous > 0 && _enabled == 0)
                Enable(previous);
        }

        SignalAll(previous);
        if (result != 0)
            throw Failed(vector, result);
    }

    private int EnableAtLeast(int needed)
    {
        // One vector per core and one for the admin queue is what controllers use: so the first time is mostly the only one.
        var wanted = Math.Min(Count, Math.Max(needed, Environment.ProcessorCount + 1));
        var result = Enable(wanted);
        // The kernel may answer how many vectors it could have had.
        if (result >= needed)
            return Enable(result);
        return result != 0 && wanted > needed ? Enable(needed) : result;
    }

    private int Enable(int count)
    {
        if (_enabled > 0)
        {
            var off = new VfioIrqSet
            {
                Argsz = (uint)Unsafe.SizeOf<VfioIrqSet>(),
                Flags = VfioIrqSetFlags.DataNone | VfioIrqSetFlags.ActionTrigger,
                Index = (uint)VfioPciIrq.Msix,
            };
            var result = _device.File.Ioctl(VfioIoctl.DeviceSetIrqs, &off);
            if (result < 0)
                return result;
            _enabled = 0;
        }

        var answer = TrySet(0, _eventFds.AsSpan(0, count));
        if (answer == 0)
            _enabled = count;
        return answer;
    }

    private int TrySet(int start, ReadOnlySpan<int> eventFds) => Attach(_device.File, VfioPciIrq.Msix, start, eventFds);

    /// <summary>Attaches eventfds to interrupts of an index; 0, a negated error number, or the number of vectors that there could be.</summary>
    internal static int Attach(FileDescriptor device, VfioPciIrq index, int start, ReadOnlySpan<int> eventFds)
    {
        var head = Unsafe.SizeOf<VfioIrqSet>();
        var buffer = new byte[head + (eventFds.Length * sizeof(int))];
        MemoryMarshal.Write(buffer, new VfioIrqSet
        {
            Argsz = (uint)buffer.Length,
            Flags = VfioIrqSetFlags.DataEventfd | VfioIrqSetFlags.ActionTrigger,
            Index = (uint)index,
            Start = (uint)start,
            Count = (uint)eventFds.Length,
        });
        MemoryMarshal.AsBytes(eventFds).CopyTo(buffer.AsSpan(head));
        fixed (byte* argument = buffer)
            return device.Ioctl(VfioIoctl.DeviceSetIrqs, argument);
    }

    private void SignalAll(int count)
    {
        foreach (var eventFd in _eventFds.AsSpan(0, count))
        {
            if (eventFd != Detached)
                EventFd.Signal(eventFd);
        }
    }

    private NvmeSetupException Failed(int vector, int result) => _device.Error(SetupProblem.SystemError,
        $"Interrupt vector {vector} of {_device.Address} cannot be attached: {(result < 0 ? Errno.Describe(-result) : $"the machine has only {result} interrupt vectors left for it")}.");
}
