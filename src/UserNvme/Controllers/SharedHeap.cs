using Microsoft.Extensions.Logging;
using UserNvme.Memory;

namespace UserNvme.Controllers;

/// <summary>The process's own DMA memory, shared by all controllers that may share. Lives as long as the process, since buffers may outlive controllers.</summary>
internal static class SharedHeap
{
    private static readonly Lock s_lock = new();
    private static DmaHeap? s_heap;

    public static DmaHeap Get(ILogger logger)
    {
        lock (s_lock)
            return s_heap ??= new DmaHeap(new DmaHeapOptions(), logger);
    }
}
