using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Benchmarks;

/// <summary>A benchmark that hears of a timeout or a foreign completion measures nonsense and ends.</summary>
internal sealed class NoMonitor : IQueuePairMonitor
{
    public void OnTimeout(QueueId queue, ushort commandId) => throw new InvalidOperationException("A command timed out.");

    public void OnForeignCompletion(QueueId queue, in CompletionEntry completion) => throw new InvalidOperationException("A completion was foreign.");
}
