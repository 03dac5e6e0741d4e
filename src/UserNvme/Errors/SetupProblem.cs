namespace UserNvme;

/// <summary>Why a controller cannot be reached or bound, or why the machine is not ready; the tool's exit codes come from it.</summary>
public enum SetupProblem
{
    /// <summary>The address cannot be parsed, or an option of it is wrong.</summary>
    BadAddress,

    /// <summary>No device has this address.</summary>
    NoSuchDevice,

    /// <summary>The device is not an NVMe I/O controller (class code 0x010802).</summary>
    NotNvme,

    /// <summary>The device is bound to another driver than vfio-pci, as a rule the kernel's nvme driver.</summary>
    WrongDriver,

    /// <summary>A disk of the device is mounted, used as swap or held otherwise.</summary>
    DiskInUse,

    /// <summary>Another process holds the device.</summary>
    HeldByProcess,

    /// <summary>A file may not be opened or written by this user.</summary>
    NoPermission,

    /// <summary>RLIMIT_MEMLOCK is too small for the DMA memory.</summary>
    MemlockTooSmall,

    /// <summary>The IOMMU driver's limit on the number of mappings is reached.</summary>
    TooManyMappings,

    /// <summary>There is no IOMMU, or it is off.</summary>
    NoIommu,

    /// <summary>Another device of the IOMMU group has a driver that is not vfio-pci.</summary>
    GroupNotViable,

    /// <summary>Not enough memory or hugepages.</summary>
    NoMemory,

    /// <summary>The machine, kernel or device lacks something that the driver needs.</summary>
    Unsupported,

    /// <summary>The device did not do what it has to within its time, or answers nonsense.</summary>
    DeviceFailed,

    /// <summary>A system call failed in a way that has no better name.</summary>
    SystemError,
}
