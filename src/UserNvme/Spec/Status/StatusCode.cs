namespace UserNvme.Spec;

/// <summary>
/// Status code type and status code in one number, as nvme-cli prints them: type in bits 10:8, code in bits 7:0 (NVMe Base 2.0, 3.3.3.2.1;
/// NVM Command Set 1.0, 2.1).
/// </summary>
public enum StatusCode : ushort
{
    /// <summary>Successful Completion: the command completed without error.</summary>
    Success = 0x000,

    /// <summary>Invalid Command Opcode: the controller does not know this command.</summary>
    InvalidCommandOpcode = 0x001,

    /// <summary>Invalid Field in Command: a field of the command has a value that the controller does not support.</summary>
    InvalidField = 0x002,

    /// <summary>Command ID Conflict: the command identifier is in use by another command.</summary>
    CommandIdConflict = 0x003,

    /// <summary>Data Transfer Error: the controller failed to reach the data buffer.</summary>
    DataTransferError = 0x004,

    /// <summary>Commands Aborted due to Power Loss Notification: power is going.</summary>
    AbortedPowerLoss = 0x005,

    /// <summary>Internal Error: the controller failed internally.</summary>
    InternalError = 0x006,

    /// <summary>Command Abort Requested: an Abort command ended it.</summary>
    AbortRequested = 0x007,

    /// <summary>Command Aborted due to SQ Deletion: its submission queue was deleted.</summary>
    AbortedSqDeletion = 0x008,

    /// <summary>Command Aborted due to Failed Fused Command: the other command of the fused pair failed.</summary>
    AbortedFailedFused = 0x009,

    /// <summary>Command Aborted due to Missing Fused Command: the other command of the fused pair is not there.</summary>
    AbortedMissingFused = 0x00A,

    /// <summary>Invalid Namespace or Format: no such namespace, or its format does not suit the command.</summary>
    InvalidNamespaceOrFormat = 0x00B,

    /// <summary>Command Sequence Error: it is out of order in a sequence of commands.</summary>
    CommandSequenceError = 0x00C,

    /// <summary>Invalid SGL Segment Descriptor: an SGL segment descriptor is invalid.</summary>
    InvalidSglSegmentDescriptor = 0x00D,

    /// <summary>Invalid Number of SGL Descriptors: a segment descriptor is not the last of its segment.</summary>
    InvalidSglDescriptorCount = 0x00E,

    /// <summary>Data SGL Length Invalid: the data SGL is too short or too long.</summary>
    DataSglLengthInvalid = 0x00F,

    /// <summary>Metadata SGL Length Invalid: the metadata SGL is too short or too long.</summary>
    MetadataSglLengthInvalid = 0x010,

    /// <summary>SGL Descriptor Type Invalid: the controller does not support this type of SGL descriptor.</summary>
    SglDescriptorTypeInvalid = 0x011,

    /// <summary>Invalid Use of Controller Memory Buffer: the controller memory buffer does not support this use.</summary>
    InvalidUseOfCmb = 0x012,

    /// <summary>PRP Offset Invalid: the offset of a PRP entry is invalid.</summary>
    PrpOffsetInvalid = 0x013,

    /// <summary>Atomic Write Unit Exceeded: it is longer than the atomic write unit.</summary>
    AtomicWriteUnitExceeded = 0x014,

    /// <summary>Operation Denied: access rights are missing.</summary>
    OperationDenied = 0x015,

    /// <summary>SGL Offset Invalid: the offset in an SGL descriptor is invalid.</summary>
    SglOffsetInvalid = 0x016,

    /// <summary>Host Identifier Inconsistent Format: 64-bit and 128-bit host identifiers are mixed in the subsystem.</summary>
    HostIdInconsistentFormat = 0x018,

    /// <summary>Keep Alive Timer Expired: the host was silent for too long.</summary>
    KeepAliveTimerExpired = 0x019,

    /// <summary>Keep Alive Timeout Invalid: the keep alive timeout is invalid.</summary>
    KeepAliveTimeoutInvalid = 0x01A,

    /// <summary>Command Aborted due to Preempt and Abort: another host took the reservation.</summary>
    AbortedPreempt = 0x01B,

    /// <summary>Sanitize Failed: the last sanitize operation failed and has not been recovered.</summary>
    SanitizeFailed = 0x01C,

    /// <summary>Sanitize In Progress: not allowed while a sanitize operation runs.</summary>
    SanitizeInProgress = 0x01D,

    /// <summary>SGL Data Block Granularity Invalid: alignment or length of an SGL data block is invalid.</summary>
    SglDataBlockGranularityInvalid = 0x01E,

    /// <summary>Command Not Supported for Queue in CMB: not allowed on a queue in the controller memory buffer.</summary>
    CommandNotSupportedInCmbQueue = 0x01F,

    /// <summary>Namespace is Write Protected: the namespace is write protected.</summary>
    NamespaceWriteProtected = 0x020,

    /// <summary>Command Interrupted: the controller was interrupted; the command may be tried again.</summary>
    CommandInterrupted = 0x021,

    /// <summary>Transient Transport Error: the transport failed for a moment.</summary>
    TransientTransportError = 0x022,

    /// <summary>Command Prohibited by Command and Feature Lockdown: the command is locked down.</summary>
    CommandProhibitedByLockdown = 0x023,

    /// <summary>Admin Command Media Not Ready: the command needs the media, which are not ready.</summary>
    AdminCommandMediaNotReady = 0x024,

    /// <summary>LBA Out of Range: it reaches behind the end of the namespace.</summary>
    LbaOutOfRange = 0x080,

    /// <summary>Capacity Exceeded: the capacity of the namespace is used up.</summary>
    CapacityExceeded = 0x081,

    /// <summary>Namespace Not Ready: the namespace is not ready.</summary>
    NamespaceNotReady = 0x082,

    /// <summary>Reservation Conflict: another host holds a reservation on the namespace.</summary>
    ReservationConflict = 0x083,

    /// <summary>Format In Progress: the namespace is being formatted.</summary>
    FormatInProgress = 0x084,

    /// <summary>Completion Queue Invalid: the completion queue does not exist.</summary>
    CompletionQueueInvalid = 0x100,

    /// <summary>Invalid Queue Identifier: the queue identifier is in use, 0 or too large.</summary>
    InvalidQueueIdentifier = 0x101,

    /// <summary>Invalid Queue Size: the number of queue entries is not allowed.</summary>
    InvalidQueueSize = 0x102,

    /// <summary>Abort Command Limit Exceeded: too many Abort commands are outstanding.</summary>
    AbortCommandLimitExceeded = 0x103,

    /// <summary>Asynchronous Event Request Limit Exceeded: too many event requests are outstanding.</summary>
    AsynchronousEventLimitExceeded = 0x105,

    /// <summary>Invalid Firmware Slot: the firmware slot does not exist or is read only.</summary>
    InvalidFirmwareSlot = 0x106,

    /// <summary>Invalid Firmware Image: the firmware image is invalid.</summary>
    InvalidFirmwareImage = 0x107,

    /// <summary>Invalid Interrupt Vector: the interrupt vector does not exist.</summary>
    InvalidInterruptVector = 0x108,

    /// <summary>Invalid Log Page: the controller does not have this log page.</summary>
    InvalidLogPage = 0x109,

    /// <summary>Invalid Format: the LBA format is not supported.</summary>
    InvalidFormat = 0x10A,

    /// <summary>Firmware Activation Requires Conventional Reset: committed; it runs after a conventional reset.</summary>
    FirmwareNeedsConventionalReset = 0x10B,

    /// <summary>Invalid Queue Deletion: the completion queue still has submission queues, or does not exist.</summary>
    InvalidQueueDeletion = 0x10C,

    /// <summary>Feature Identifier Not Saveable: the feature cannot be saved.</summary>
    FeatureNotSaveable = 0x10D,

    /// <summary>Feature Not Changeable: the feature cannot be changed.</summary>
    FeatureNotChangeable = 0x10E,

    /// <summary>Feature Not Namespace Specific: the feature is not one of a namespace.</summary>
    FeatureNotNamespaceSpecific = 0x10F,

    /// <summary>Firmware Activation Requires NVM Subsystem Reset: committed; it runs after an NVM subsystem reset.</summary>
    FirmwareNeedsSubsystemReset = 0x110,

    /// <summary>Firmware Activation Requires Controller Level Reset: committed; it runs after a controller reset.</summary>
    FirmwareNeedsControllerReset = 0x111,

    /// <summary>Firmware Activation Requires Maximum Time Violation: activation now would take longer than MTFA.</summary>
    FirmwareNeedsMaximumTime = 0x112,

    /// <summary>Firmware Activation Prohibited: the controller refuses to activate this image.</summary>
    FirmwareActivationProhibited = 0x113,

    /// <summary>Overlapping Range: ranges of the firmware image overlap.</summary>
    OverlappingRange = 0x114,

    /// <summary>Namespace Insufficient Capacity: not enough free capacity for the namespace.</summary>
    NamespaceInsufficientCapacity = 0x115,

    /// <summary>Namespace Identifier Unavailable: no more namespaces are supported.</summary>
    NamespaceIdUnavailable = 0x116,

    /// <summary>Namespace Already Attached: the namespace is attached to the controller already.</summary>
    NamespaceAlreadyAttached = 0x118,

    /// <summary>Namespace Is Private: the namespace is private and attached to another controller.</summary>
    NamespaceIsPrivate = 0x119,

    /// <summary>Namespace Not Attached: the namespace is not attached to the controller.</summary>
    NamespaceNotAttached = 0x11A,

    /// <summary>Thin Provisioning Not Supported: thin provisioning is not supported.</summary>
    ThinProvisioningNotSupported = 0x11B,

    /// <summary>Controller List Invalid: the controller list is invalid.</summary>
    ControllerListInvalid = 0x11C,

    /// <summary>Device Self-test In Progress: a self-test runs already.</summary>
    DeviceSelfTestInProgress = 0x11D,

    /// <summary>Boot Partition Write Prohibited: the boot partition is locked.</summary>
    BootPartitionWriteProhibited = 0x11E,

    /// <summary>Invalid Controller Identifier: the controller identifier is invalid.</summary>
    InvalidControllerIdentifier = 0x11F,

    /// <summary>Invalid Secondary Controller State: the state of the secondary or primary controller does not allow it.</summary>
    InvalidSecondaryControllerState = 0x120,

    /// <summary>Invalid Number of Controller Resources: the number of flexible resources is invalid.</summary>
    InvalidControllerResources = 0x121,

    /// <summary>Invalid Resource Identifier: a resource identifier is invalid.</summary>
    InvalidResourceIdentifier = 0x122,

    /// <summary>Sanitize Prohibited While Persistent Memory Region is Enabled: the persistent memory region is enabled.</summary>
    SanitizeProhibitedByPmr = 0x123,

    /// <summary>ANA Group Identifier Invalid: the ANA group is not supported.</summary>
    AnaGroupIdInvalid = 0x124,

    /// <summary>ANA Attach Failed: the ANA state does not allow it.</summary>
    AnaAttachFailed = 0x125,

    /// <summary>Insufficient Capacity: not enough free capacity.</summary>
    InsufficientCapacity = 0x126,

    /// <summary>Namespace Attachment Limit Exceeded: too many namespaces are attached.</summary>
    NamespaceAttachmentLimitExceeded = 0x127,

    /// <summary>Prohibition of Command Execution Not Supported: this command cannot be locked down.</summary>
    LockdownNotSupported = 0x128,

    /// <summary>I/O Command Set Not Supported: the controller does not support this I/O command set.</summary>
    IoCommandSetNotSupported = 0x129,

    /// <summary>I/O Command Set Not Enabled: the I/O command set is not enabled (CC.CSS).</summary>
    IoCommandSetNotEnabled = 0x12A,

    /// <summary>I/O Command Set Combination Rejected: the combination of I/O command sets is not allowed now.</summary>
    IoCommandSetCombinationRejected = 0x12B,

    /// <summary>Invalid I/O Command Set: the I/O command set does not suit the command.</summary>
    InvalidIoCommandSet = 0x12C,

    /// <summary>Identifier Unavailable: no more endurance groups or NVM sets are supported.</summary>
    IdentifierUnavailable = 0x12D,

    /// <summary>Conflicting Attributes: the attributes of the command contradict each other.</summary>
    ConflictingAttributes = 0x180,

    /// <summary>Invalid Protection Information: the protection settings do not suit the format of the namespace.</summary>
    InvalidProtectionInformation = 0x181,

    /// <summary>Attempted Write to Read Only Range: the range holds blocks that are read only.</summary>
    WriteToReadOnlyRange = 0x182,

    /// <summary>Command Size Limit Exceeded: the command is larger than the controller allows.</summary>
    CommandSizeLimitExceeded = 0x183,

    /// <summary>Zoned Boundary Error: it crosses the boundary of a zone.</summary>
    ZoneBoundaryError = 0x1B8,

    /// <summary>Zone Is Full: the zone is full.</summary>
    ZoneIsFull = 0x1B9,

    /// <summary>Zone Is Read Only: the zone is read only.</summary>
    ZoneIsReadOnly = 0x1BA,

    /// <summary>Zone Is Offline: the zone is offline.</summary>
    ZoneIsOffline = 0x1BB,

    /// <summary>Zone Invalid Write: it is not at the write pointer of the zone.</summary>
    ZoneInvalidWrite = 0x1BC,

    /// <summary>Too Many Active Zones: too many zones are active.</summary>
    TooManyActiveZones = 0x1BD,

    /// <summary>Too Many Open Zones: too many zones are open.</summary>
    TooManyOpenZones = 0x1BE,

    /// <summary>Invalid Zone State Transition: the state of the zone does not allow it.</summary>
    InvalidZoneStateTransition = 0x1BF,

    /// <summary>Write Fault: the data could not be written to the media.</summary>
    WriteFault = 0x280,

    /// <summary>Unrecovered Read Error: the data could not be read from the media.</summary>
    UnrecoveredReadError = 0x281,

    /// <summary>End-to-end Guard Check Error: the guard of a block is wrong.</summary>
    GuardCheckError = 0x282,

    /// <summary>End-to-end Application Tag Check Error: the application tag of a block is wrong.</summary>
    ApplicationTagCheckError = 0x283,

    /// <summary>End-to-end Reference Tag Check Error: the reference tag of a block is wrong.</summary>
    ReferenceTagCheckError = 0x284,

    /// <summary>Compare Failure: the data differ.</summary>
    CompareFailure = 0x285,

    /// <summary>Access Denied: access rights to the range are missing.</summary>
    AccessDenied = 0x286,

    /// <summary>Deallocated or Unwritten Logical Block: a block has not been written.</summary>
    DeallocatedBlock = 0x287,

    /// <summary>End-to-End Storage Tag Check Error: the storage tag of a block is wrong.</summary>
    StorageTagCheckError = 0x288,

    /// <summary>Internal Path Error: the controller failed internally.</summary>
    InternalPathError = 0x300,

    /// <summary>Asymmetric Access Persistent Loss: the namespace is lost to this controller.</summary>
    AsymmetricAccessPersistentLoss = 0x301,

    /// <summary>Asymmetric Access Inaccessible: the namespace cannot be reached through this controller.</summary>
    AsymmetricAccessInaccessible = 0x302,

    /// <summary>Asymmetric Access Transition: access through this controller is changing.</summary>
    AsymmetricAccessTransition = 0x303,

    /// <summary>Controller Pathing Error: the controller detected an error of the path.</summary>
    ControllerPathingError = 0x360,

    /// <summary>Host Pathing Error: the host detected an error of the path.</summary>
    HostPathingError = 0x370,

    /// <summary>Command Aborted By Host: the host ended it.</summary>
    AbortedByHost = 0x371,
}
