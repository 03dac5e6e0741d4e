namespace UserNvme.Emulation;

/// <summary>What kind of controller is emulated. The defaults are those of an ordinary SSD of 1 GiB in memory.</summary>
public sealed record EmulatedControllerOptions
{
    /// <summary>The namespaces; one at least.</summary>
    public IReadOnlyList<EmulatedNamespaceOptions> Namespaces { get; init; } = [new EmulatedNamespaceOptions()];

    /// <summary>The number of I/O submission queues, and of I/O completion queues, 1 to 1,024.</summary>
    public int MaxQueues { get; init; } = 64;

    /// <summary>Entries of the largest I/O queue (CAP.MQES plus one), 2 to 65,536.</summary>
    public int MaxQueueEntries { get; init; } = 4096;

    /// <summary>MDTS: the largest transfer is 4 KiB shifted left by this, 0 to 12; 0 means no limit.</summary>
    public int Mdts { get; init; } = 5;

    /// <summary>CAP.DSTRD: the doorbells lie 4 bytes shifted left by this apart, 0 to 10.</summary>
    public int DoorbellStride { get; init; }

    /// <summary>
    /// Whether the controller offers shadow doorbells (Doorbell Buffer Config), as emulators do and SSDs do not. It then looks for doorbells in the host's
    /// memory while there are any, and asks for a register write before it stops.
    /// </summary>
    public bool ShadowDoorbells { get; init; }

    /// <summary>CAP.MPSMAX: the largest memory page is 4 KiB shifted left by this, 0 to 4.</summary>
    public int MaxPageShift { get; init; } = 4;

    /// <summary>CAP.TO in units of 500 ms, 0 to 255: how long the host has to wait for CSTS.RDY at most.</summary>
    public int ReadyTimeout { get; init; } = 20;

    /// <summary>VS and what comes with it: 0x00010400 (1.4) or 0x00020000 (2.0).</summary>
    public uint SpecificationVersion { get; init; } = 0x0002_0000;

    /// <summary>A command completes no earlier than this after it was fetched; zero or more.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>How long CSTS.RDY takes to become 1 after CC.EN; zero or more.</summary>
    public TimeSpan ReadyDelay { get; init; }

    /// <summary>
    /// Whether the controller reports a volatile write cache; null: where a namespace is in a file. With true a namespace in memory
    /// loses unflushed writes when <see cref="FaultScript.LosePower"/> says so; with false one in a file writes through.
    /// </summary>
    public bool? VolatileWriteCache { get; init; }

    /// <summary>AWUPF: blocks, less one, that a write keeps whole over a power failure, 0 to 65,535.</summary>
    public int AtomicWriteUnitPowerFail { get; init; }

    /// <summary>WZSL: the largest Write Zeroes is 4 KiB shifted left by this, 0 to 31; 0 means no limit.</summary>
    public int WriteZeroesSizeLimit { get; init; }

    /// <summary>DMRL: ranges of one Dataset Management command, 0 to 255; 0 means no limit below 256.</summary>
    public int DatasetManagementRangesLimit { get; init; }

    /// <summary>DMRSL: blocks of one range of a Dataset Management command; 0 means no limit.</summary>
    public uint DatasetManagementRangeSizeLimit { get; init; }

    /// <summary>DMSL: blocks of all ranges of one Dataset Management command; 0 means no limit.</summary>
    public ulong DatasetManagementSizeLimit { get; init; }

    /// <summary>AERL plus one: how many Asynchronous Event Requests can be outstanding, 1 to 256.</summary>
    public int AsyncEventRequests { get; init; } = 4;

    /// <summary>Interrupt vectors, 0 (none) to 2,048; null: one for the admin queue and one for each I/O queue.</summary>
    public int? InterruptVectors { get; init; }

    /// <summary>Whether the function can be reset.</summary>
    public bool CanReset { get; init; } = true;

    /// <summary>The serial number, 20 printable ASCII characters at most.</summary>
    public string SerialNumber { get; init; } = "EMULATED0001";

    /// <summary>The model number, 40 printable ASCII characters at most.</summary>
    public string ModelNumber { get; init; } = "UserNvme Emulated Controller";

    /// <summary>The firmware revision, 8 printable ASCII characters at most.</summary>
    public string FirmwareRevision { get; init; } = "1.0";

    /// <summary>The IOMMU in front of the controller, for several controllers behind one; null: one of its own with default options.</summary>
    public EmulatedDmaDomain? Domain { get; init; }

    /// <summary>Where delays take their time from.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
