using UserNvme.Spec;

namespace UserNvme.Emulation.AdminCommands;

/// <summary>Create and Delete I/O Submission and Completion Queue (NVMe Base 2.0, 5.4 to 5.7).</summary>
internal sealed class QueueCommands(EmulatedController controller)
{
    private const uint Contiguous = 1;

    /// <summary>Create I/O Completion Queue.</summary>
    public NvmeStatus CreateCompletion(in SubmissionEntry entry)
    {
        var id = (ushort)entry.Cdw10;
        var vector = (int)(entry.Cdw11 >> 16);
        if (!IsQueueId(id) || controller.Queues.Completion(id) is not null) return DeviceStatus.InvalidQueueIdentifier;
        var status = CheckRing(entry, controller.Registers.CompletionEntrySize, 4, out var size);
        if (!status.IsSuccess) return status;
        if (vector >= Math.Max(1, controller.InterruptVectors)) return DeviceStatus.InvalidInterruptVector;
        controller.CheckFreshDoorbell(id, completion: true);
        controller.Queues.AddCompletion(id, entry.Prp1, size, vector, interrupts: (entry.Cdw11 & 2) != 0);
        return NvmeStatus.Success;
    }

    /// <summary>Create I/O Submission Queue.</summary>
    public NvmeStatus CreateSubmission(in SubmissionEntry entry)
    {
        var id = (ushort)entry.Cdw10;
        var completionId = (ushort)(entry.Cdw11 >> 16);
        if (!IsQueueId(id) || controller.Queues.Submission(id) is not null) return DeviceStatus.InvalidQueueIdentifier;
        if (completionId > controller.Options.MaxQueues) return DeviceStatus.InvalidQueueIdentifier;
        if (completionId == 0 || controller.Queues.Completion(completionId) is not { } completions) return DeviceStatus.CompletionQueueInvalid;
        var status = CheckRing(entry, controller.Registers.SubmissionEntrySize, 6, out var size);
        if (!status.IsSuccess) return status;
        controller.CheckFreshDoorbell(id, completion: false);
        controller.Queues.AddSubmission(id, entry.Prp1, size, completions);
        return NvmeStatus.Success;
    }

    /// <summary>Delete I/O Submission Queue: commands of it that are still delayed complete as aborted first.</summary>
    public NvmeStatus DeleteSubmission(in SubmissionEntry entry)
    {
        var id = (ushort)entry.Cdw10;
        if (!IsQueueId(id) || controller.Queues.Submission(id) is not { } queue) return DeviceStatus.InvalidQueueIdentifier;
        controller.Engine.AbortAll(queue);
        controller.Queues.RemoveSubmission(queue);
        return NvmeStatus.Success;
    }

    /// <summary>Delete I/O Completion Queue.</summary>
    public NvmeStatus DeleteCompletion(in SubmissionEntry entry)
    {
        var id = (ushort)entry.Cdw10;
        if (!IsQueueId(id) || controller.Queues.Completion(id) is not { } queue) return DeviceStatus.InvalidQueueIdentifier;
        if (queue.SubmissionQueues != 0) return DeviceStatus.InvalidQueueDeletion;
        controller.Queues.RemoveCompletion(queue);
        return NvmeStatus.Success;
    }

    private bool IsQueueId(ushort id) => id != 0 && id <= controller.Options.MaxQueues;

    private NvmeStatus CheckRing(in SubmissionEntry entry, uint entrySize, uint wantedEntrySize, out int size)
    {
        size = (int)(entry.Cdw10 >> 16) + 1;
        if (size < 2 || size > controller.Options.MaxQueueEntries || entrySize != wantedEntrySize) return DeviceStatus.InvalidQueueSize;
        if ((entry.Cdw11 & Contiguous) == 0) return DeviceStatus.InvalidField;
        return (entry.Prp1 & ((4096UL << controller.Registers.MemoryPageShift) - 1)) == 0 ? NvmeStatus.Success : DeviceStatus.PrpOffsetInvalid;
    }
}
