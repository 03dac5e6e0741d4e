namespace UserNvme.Emulation;

/// <summary>What happened on one queue pair since the controller was made (doorbells) or the queues were created (the rest).</summary>
/// <param name="SubmissionDoorbellWrites">Writes to the submission queue's tail doorbell; counted by the inline host only, for stores to shared memory cannot be.</param>
/// <param name="CompletionDoorbellWrites">Writes to the completion queue's head doorbell; counted by the inline host only.</param>
/// <param name="CommandsFetched">Entries fetched from the submission queue.</param>
/// <param name="CompletionsPosted">Entries posted to the completion queue, for all submission queues that share it.</param>
public readonly record struct QueueCounters(long SubmissionDoorbellWrites, long CompletionDoorbellWrites, long CommandsFetched, long CompletionsPosted);
