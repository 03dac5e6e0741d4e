using System.Collections.Concurrent;

namespace UserNvme.Block;

/// <summary>
/// Carries finished requests from the reactors to the thread pool, many per work item, so that callers' code never runs on a
/// polling thread and a completion costs no work item of its own.
/// </summary>
internal sealed class CompletionDrain : IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<BlockRequest> _finished = new();
    private int _scheduled;

    /// <summary>Has the request's caller continued on the thread pool. Any thread.</summary>
    public void Add(BlockRequest request)
    {
        _finished.Enqueue(request);
        Schedule();
    }

    void IThreadPoolWorkItem.Execute()
    {
        // Cleared before looking, so that whoever adds after the look schedules again.
        Interlocked.Exchange(ref _scheduled, 0);
        if (!_finished.TryDequeue(out var request)) return;
        // A continuation may block, even on another request that waits here: another work item goes on meanwhile.
        if (!_finished.IsEmpty) Schedule();
        do
        {
            request.Deliver();
        }
        while (_finished.TryDequeue(out request));
    }

    private void Schedule()
    {
        if (Interlocked.Exchange(ref _scheduled, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
