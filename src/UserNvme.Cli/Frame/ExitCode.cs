namespace UserNvme.Cli.Frame;

/// <summary>What the tool tells its caller. The table that users read is made from this: see <see cref="ExitCodeTable"/> and docs/cli.md.</summary>
internal enum ExitCode
{
    Success = 0,
    Unexpected = 1,
    Usage = 2,
    File = 3,
    WouldDestroyData = 4,
    NotReady = 5,

    BadAddress = 10,
    NoSuchDevice = 11,
    NotNvme = 12,
    WrongDriver = 13,
    DiskInUse = 14,
    HeldByProcess = 15,
    NoPermission = 16,
    MemlockTooSmall = 17,
    TooManyMappings = 18,
    NoIommu = 19,
    GroupNotViable = 20,
    NoMemory = 21,
    Unsupported = 22,
    DeviceFailed = 23,
    SystemError = 24,

    DeviceStatus = 30,
    NotSubmitted = 31,
    FateUnknown = 32,
    DataMismatch = 33,

    Interrupted = 40,
}
