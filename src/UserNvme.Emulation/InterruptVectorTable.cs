using UserNvme.Emulation.Queues;
using UserNvme.Interop;

namespace UserNvme.Emulation;

/// <summary>The interrupt vectors and the eventfds behind them.</summary>
internal sealed class InterruptVectorTable(int count)
{
    private readonly int[] _eventFiles = CreateEmpty(count);
    private int _attached;

    /// <summary>Number of vectors.</summary>
    public int Count => count;

    /// <summary>Attaches an eventfd, or detaches with -1.</summary>
    public void Set(int vector, int eventFileDescriptor)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(vector);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(vector, count);
        _attached += (eventFileDescriptor >= 0 ? 1 : 0) - (_eventFiles[vector] >= 0 ? 1 : 0);
        _eventFiles[vector] = eventFileDescriptor;
    }

    /// <summary>Fires for the queues that have new entries: once per step and queue, which coalesces.</summary>
    public void Fire(DeviceCompletionQueue[] queues, uint mask)
    {
        if (_attached == 0) return;
        foreach (var queue in queues)
        {
            if (!queue.InterruptDue || !queue.Interrupts) continue;
            if (queue.Vector < 32 && (mask & (1u << queue.Vector)) != 0) continue; // It stays due until it is unmasked.
            queue.InterruptDue = false;
            if (_eventFiles[queue.Vector] is >= 0 and var file)
                EventFd.Signal(file);
        }
    }

    private static int[] CreateEmpty(int count)
    {
        var files = new int[count];
        Array.Fill(files, -1);
        return files;
    }
}
