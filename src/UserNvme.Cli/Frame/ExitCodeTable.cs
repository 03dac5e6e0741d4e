namespace UserNvme.Cli.Frame;

/// <summary>The exit codes in words, as `usernvme --help` and docs/cli.md show them, and where they come from.</summary>
internal static class ExitCodeTable
{
    /// <summary>Every code with its meaning, in ascending order.</summary>
    public static IReadOnlyList<(ExitCode Code, string Meaning)> Rows { get; } =
    [
        (ExitCode.Success, "success"),
        (ExitCode.Unexpected, "an error inside usernvme itself (--debug shows where)"),
        (ExitCode.Usage, "wrong command line: unknown option, bad value, unaligned length, range past the end"),
        (ExitCode.File, "a data file cannot be opened, read or written, or is too short"),
        (ExitCode.WouldDestroyData, "refused: the namespace carries data; --destroy-data overrides"),
        (ExitCode.NotReady, "doctor: at least one precondition is not met"),
        (ExitCode.BadAddress, "the device's address cannot be understood"),
        (ExitCode.NoSuchDevice, "no such device or namespace"),
        (ExitCode.NotNvme, "not an NVMe I/O controller"),
        (ExitCode.WrongDriver, "the device is bound to another driver than vfio-pci"),
        (ExitCode.DiskInUse, "a disk of the device is mounted, used as swap or held otherwise"),
        (ExitCode.HeldByProcess, "another process holds the device"),
        (ExitCode.NoPermission, "no permission on a file"),
        (ExitCode.MemlockTooSmall, "RLIMIT_MEMLOCK is too small"),
        (ExitCode.TooManyMappings, "the limit on mappings of the IOMMU driver, or of the vfio-user server, is reached"),
        (ExitCode.NoIommu, "no IOMMU, or it is off"),
        (ExitCode.GroupNotViable, "another device of the IOMMU group has a driver that is not vfio-pci"),
        (ExitCode.NoMemory, "not enough memory or hugepages"),
        (ExitCode.Unsupported, "the machine, kernel or device lacks something that is needed"),
        (ExitCode.DeviceFailed, "the device did not answer in its time, or answered nonsense"),
        (ExitCode.SystemError, "a system call failed"),
        (ExitCode.DeviceStatus, "a command completed with an error status"),
        (ExitCode.NotSubmitted, "a command was not handed to the device; the medium is unchanged by it"),
        (ExitCode.FateUnknown, "a command was not answered; its data may or may not have reached the medium"),
        (ExitCode.DataMismatch, "perf --verify: data read are not those that were written"),
        (ExitCode.Interrupted, "ended early by SIGINT, SIGTERM or SIGHUP"),
    ];

    /// <summary>The code of a set-up problem.</summary>
    public static ExitCode Of(SetupProblem problem) => problem switch
    {
        SetupProblem.BadAddress => ExitCode.BadAddress,
        SetupProblem.NoSuchDevice => ExitCode.NoSuchDevice,
        SetupProblem.NotNvme => ExitCode.NotNvme,
        SetupProblem.WrongDriver => ExitCode.WrongDriver,
        SetupProblem.DiskInUse => ExitCode.DiskInUse,
        SetupProblem.HeldByProcess => ExitCode.HeldByProcess,
        SetupProblem.NoPermission => ExitCode.NoPermission,
        SetupProblem.MemlockTooSmall => ExitCode.MemlockTooSmall,
        SetupProblem.TooManyMappings => ExitCode.TooManyMappings,
        SetupProblem.NoIommu => ExitCode.NoIommu,
        SetupProblem.GroupNotViable => ExitCode.GroupNotViable,
        SetupProblem.NoMemory => ExitCode.NoMemory,
        SetupProblem.Unsupported => ExitCode.Unsupported,
        SetupProblem.DeviceFailed => ExitCode.DeviceFailed,
        _ => ExitCode.SystemError,
    };

    /// <summary>The code of a failed command.</summary>
    public static ExitCode Of(CommandFate fate) => fate switch
    {
        CommandFate.Completed => ExitCode.DeviceStatus,
        CommandFate.NotSubmitted => ExitCode.NotSubmitted,
        _ => ExitCode.FateUnknown,
    };
}
