namespace UserNvme.Spec;

/// <summary>
/// Builds admin commands (NVMe Base 2.0, section 5). What comes back lacks the command identifier and the data pointer: the queue pair adds
/// both, except for the commands that name memory of the driver's own: the queue creation commands, whose PRP1 is the ring, and Doorbell Buffer Config. All methods are pure.
/// </summary>
public static class AdminCommands
{
    private const uint PhysicallyContiguous = 1;

    /// <summary>Fewest entries of an I/O queue.</summary>
    public const int MinQueueEntries = 2;

    /// <summary>Most entries of an I/O queue that the command can express; CAP.MQES sets the controller's limit.</summary>
    public const int MaxQueueEntries = 65536;

    /// <summary>Length in bytes of the data of every Identify command.</summary>
    public const int IdentifyLength = 4096;

    /// <summary>Identify: 4,096 bytes to the host.</summary>
    /// <param name="cns">What is asked for.</param>
    /// <param name="namespaceId">The namespace; for lists, the identifier to start behind.</param>
    /// <param name="controllerId">CNTID, for the structures that want one.</param>
    /// <param name="commandSet">CSI, for the command set specific structures.</param>
    /// <param name="cnsSpecificId">CNS specific identifier, such as an NVM set.</param>
    public static SubmissionEntry Identify(
        IdentifyCns cns,
        NamespaceId namespaceId = default,
        ushort controllerId = 0,
        CommandSetIdentifier commandSet = CommandSetIdentifier.Nvm,
        ushort cnsSpecificId = 0) => new()
        {
            Opcode = (byte)AdminOpcode.Identify,
            NamespaceId = namespaceId.Value,
            Cdw10 = (uint)cns | ((uint)controllerId << 16),
            Cdw11 = cnsSpecificId | ((uint)commandSet << 24),
        };

    /// <summary>Get Log Page: <paramref name="length"/> bytes to the host.</summary>
    /// <param name="page">The log page.</param>
    /// <param name="length">Bytes to return, a multiple of 4, at least 4. MDTS applies.</param>
    /// <param name="namespaceId">The namespace, or <see cref="NamespaceId.All"/> for the controller's log.</param>
    /// <param name="offset">Where to start within the log, a multiple of 4; needs LPA bit 2 where it is not 0.</param>
    /// <param name="retainAsynchronousEvent">RAE: true leaves the event of this log pending.</param>
    /// <param name="logSpecificParameter">LSP, 0 to 127.</param>
    /// <param name="logSpecificId">LSI, such as an endurance group.</param>
    public static SubmissionEntry GetLogPage(
        LogPage page,
        int length,
        NamespaceId namespaceId,
        ulong offset = 0,
        bool retainAsynchronousEvent = false,
        byte logSpecificParameter = 0,
        ushort logSpecificId = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 4);
        ArgumentOutOfRangeException.ThrowIfNotEqual(length % 4, 0, nameof(length));
        ArgumentOutOfRangeException.ThrowIfNotEqual(offset % 4, 0ul, nameof(offset));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(logSpecificParameter, 127);
        uint dwords = (uint)(length / 4) - 1;
        return new SubmissionEntry
        {
            Opcode = (byte)AdminOpcode.GetLogPage,
            NamespaceId = namespaceId.Value,
            Cdw10 = (uint)page | ((uint)logSpecificParameter << 8) | (retainAsynchronousEvent ? 1u << 15 : 0) | (dwords << 16),
            Cdw11 = (dwords >> 16) | ((uint)logSpecificId << 16),
            Cdw12 = (uint)offset,
            Cdw13 = (uint)(offset >> 32),
        };
    }

    /// <summary>Create I/O Completion Queue, with a physically contiguous ring.</summary>
    /// <param name="queue">The new queue, 1 or more.</param>
    /// <param name="entries">2 to 65,536, within CAP.MQES + 1.</param>
    /// <param name="ring">Where the device finds the ring: an IOVA aligned to the page size, of zeroed memory.</param>
    /// <param name="interruptVector">The vector that completions fire, or null for a queue that is only polled.</param>
    public static SubmissionEntry CreateIoCompletionQueue(QueueId queue, int entries, ulong ring, ushort? interruptVector = null)
    {
        CheckQueue(queue, entries);
        return new SubmissionEntry
        {
            Opcode = (byte)AdminOpcode.CreateIoCompletionQueue,
            Prp1 = ring,
            Cdw10 = queue.Value | ((uint)(entries - 1) << 16),
            Cdw11 = PhysicallyContiguous | (interruptVector is { } vector ? 2u | ((uint)vector << 16) : 0),
        };
    }

    /// <summary>Create I/O Submission Queue, with a physically contiguous ring. Its completion queue must exist.</summary>
    /// <param name="queue">The new queue, 1 or more.</param>
    /// <param name="entries">2 to 65,536, within CAP.MQES + 1.</param>
    /// <param name="ring">Where the device finds the ring: an IOVA aligned to the page size.</param>
    /// <param name="completionQueue">Where its commands complete.</param>
    /// <param name="priority">Counts with weighted round robin arbitration only.</param>
    public static SubmissionEntry CreateIoSubmissionQueue(
        QueueId queue, int entries, ulong ring, QueueId completionQueue, QueuePriority priority = QueuePriority.Urgent)
    {
        CheckQueue(queue, entries);
        ArgumentOutOfRangeException.ThrowIfZero(completionQueue.Value, nameof(completionQueue));
        return new SubmissionEntry
        {
            Opcode = (byte)AdminOpcode.CreateIoSubmissionQueue,
            Prp1 = ring,
            Cdw10 = queue.Value | ((uint)(entries - 1) << 16),
            Cdw11 = PhysicallyContiguous | ((uint)priority << 1) | ((uint)completionQueue.Value << 16),
        };
    }

    /// <summary>Delete I/O Submission Queue. Comes before the deletion of its completion queue.</summary>
    /// <param name="queue">The queue, 1 or more.</param>
    public static SubmissionEntry DeleteIoSubmissionQueue(QueueId queue) => Delete(AdminOpcode.DeleteIoSubmissionQueue, queue);

    /// <summary>Delete I/O Completion Queue. No submission queue may use it any more.</summary>
    /// <param name="queue">The queue, 1 or more.</param>
    public static SubmissionEntry DeleteIoCompletionQueue(QueueId queue) => Delete(AdminOpcode.DeleteIoCompletionQueue, queue);

    /// <summary>
    /// Abort: asks for the early end of a command. Completion dword 0 bit 0 is 0 where it was aborted; its own completion comes in any
    /// case.
    /// </summary>
    /// <param name="queue">The submission queue that holds the command.</param>
    /// <param name="command">The command.</param>
    public static SubmissionEntry Abort(QueueId queue, CommandId command) => new()
    {
        Opcode = (byte)AdminOpcode.Abort,
        Cdw10 = queue.Value | ((uint)command.Value << 16),
    };

    /// <summary>Get Features: the value comes in completion dword 0, for some features data come as well.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="namespaceId">The namespace, for features of a namespace.</param>
    /// <param name="select">Which value of the feature.</param>
    /// <param name="dword11">Feature specific.</param>
    public static SubmissionEntry GetFeatures(
        FeatureId feature, NamespaceId namespaceId = default, FeatureSelect select = FeatureSelect.Current, uint dword11 = 0) => new()
        {
            Opcode = (byte)AdminOpcode.GetFeatures,
            NamespaceId = namespaceId.Value,
            Cdw10 = (uint)feature | ((uint)select << 8),
            Cdw11 = dword11,
        };

    /// <summary>Set Features.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="dword11">The value.</param>
    /// <param name="namespaceId">The namespace, for features of a namespace.</param>
    /// <param name="save">Whether the value shall survive a reset.</param>
    public static SubmissionEntry SetFeatures(
        FeatureId feature, uint dword11, NamespaceId namespaceId = default, bool save = false) => new()
        {
            Opcode = (byte)AdminOpcode.SetFeatures,
            NamespaceId = namespaceId.Value,
            Cdw10 = (uint)feature | (save ? 1u << 31 : 0),
            Cdw11 = dword11,
        };

    /// <summary>Asynchronous Event Request: completes when something happens, which may be never. Has no timeout.</summary>
    public static SubmissionEntry AsynchronousEventRequest() => new() { Opcode = (byte)AdminOpcode.AsynchronousEventRequest };

    /// <summary>Doorbell Buffer Config (5.8): the controller looks for doorbells in the host's memory from here until it is reset.</summary>
    /// <param name="shadowDoorbells">Where the device finds the Shadow Doorbell buffer: the IOVA of a zeroed memory page.</param>
    /// <param name="eventIndexes">The same for the EventIdx buffer.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is 0, which QEMU's controller takes for an address.</exception>
    public static SubmissionEntry DoorbellBufferConfig(ulong shadowDoorbells, ulong eventIndexes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(shadowDoorbells);
        ArgumentOutOfRangeException.ThrowIfZero(eventIndexes);
        return new SubmissionEntry { Opcode = (byte)AdminOpcode.DoorbellBufferConfig, Prp1 = shadowDoorbells, Prp2 = eventIndexes };
    }

    private static SubmissionEntry Delete(AdminOpcode opcode, QueueId queue)
    {
        ArgumentOutOfRangeException.ThrowIfZero(queue.Value, nameof(queue));
        return new SubmissionEntry { Opcode = (byte)opcode, Cdw10 = queue.Value };
    }

    private static void CheckQueue(QueueId queue, int entries)
    {
        ArgumentOutOfRangeException.ThrowIfZero(queue.Value, nameof(queue));
        ArgumentOutOfRangeException.ThrowIfLessThan(entries, MinQueueEntries);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entries, MaxQueueEntries);
    }
}
