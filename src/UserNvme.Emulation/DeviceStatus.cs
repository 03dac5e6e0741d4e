using UserNvme.Spec;

namespace UserNvme.Emulation;

/// <summary>The status values that the controller answers with (NVMe Base 2.0, 3.3.3.2.1), Do Not Retry set where a retry cannot help.</summary>
internal static class DeviceStatus
{
    private const int CommandSpecific = 0x100;
    private const int Media = 0x200;
    private const int DoNotRetry = 0x4000;

    public static readonly NvmeStatus InvalidOpcode = new(0x01 | DoNotRetry);
    public static readonly NvmeStatus InvalidField = new(0x02 | DoNotRetry);
    public static readonly NvmeStatus DataTransferError = new(0x04);
    public static readonly NvmeStatus PowerLoss = new(0x05);
    public static readonly NvmeStatus InternalError = new(0x06);
    public static readonly NvmeStatus AbortRequested = new(0x07);
    public static readonly NvmeStatus AbortedSubmissionQueueDeleted = new(0x08);
    public static readonly NvmeStatus InvalidNamespace = new(0x0B | DoNotRetry);
    public static readonly NvmeStatus CommandSequenceError = new(0x0C | DoNotRetry);
    public static readonly NvmeStatus PrpOffsetInvalid = new(0x13 | DoNotRetry);
    public static readonly NvmeStatus LbaOutOfRange = new(0x80 | DoNotRetry);
    public static readonly NvmeStatus CapacityExceeded = new(0x81 | DoNotRetry);

    public static readonly NvmeStatus CompletionQueueInvalid = new(CommandSpecific | 0x00 | DoNotRetry);
    public static readonly NvmeStatus InvalidQueueIdentifier = new(CommandSpecific | 0x01 | DoNotRetry);
    public static readonly NvmeStatus InvalidQueueSize = new(CommandSpecific | 0x02 | DoNotRetry);
    public static readonly NvmeStatus AsyncEventLimitExceeded = new(CommandSpecific | 0x05 | DoNotRetry);
    public static readonly NvmeStatus InvalidInterruptVector = new(CommandSpecific | 0x08 | DoNotRetry);
    public static readonly NvmeStatus InvalidLogPage = new(CommandSpecific | 0x09 | DoNotRetry);
    public static readonly NvmeStatus InvalidQueueDeletion = new(CommandSpecific | 0x0C | DoNotRetry);
    public static readonly NvmeStatus FeatureNotSaveable = new(CommandSpecific | 0x0D | DoNotRetry);
    public static readonly NvmeStatus FeatureNotChangeable = new(CommandSpecific | 0x0E | DoNotRetry);
    public static readonly NvmeStatus CommandSizeLimitExceeded = new(CommandSpecific | 0x83 | DoNotRetry);

    public static readonly NvmeStatus WriteFault = new(Media | 0x80);
    public static readonly NvmeStatus UnrecoveredReadError = new(Media | 0x81 | DoNotRetry);
    public static readonly NvmeStatus CompareFailure = new(Media | 0x85 | DoNotRetry);
}
