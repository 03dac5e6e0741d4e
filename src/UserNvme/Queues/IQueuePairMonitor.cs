using UserNvme.Spec;

namespace UserNvme.Queues;

/// <summary>Hears of what a queue pair cannot mend itself. Called on the owner's thread; must return at once.</summary>
internal interface IQueuePairMonitor
{
    /// <summary>A command is past its timeout.</summary>
    void OnTimeout(QueueId queue, ushort commandId);

    /// <summary>The controller posted a completion that no command waits for.</summary>
    void OnForeignCompletion(QueueId queue, in CompletionEntry completion);
}
