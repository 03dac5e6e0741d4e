using Microsoft.Extensions.Logging;
using UserNvme.Controllers;

namespace UserNvme.Hosting;

/// <summary>One controller of a host: where it is and how it is opened. What is not set has the default of <see cref="NvmeControllerOptions"/>.</summary>
public sealed class UserNvmeControllerOptions
{
    private static readonly NvmeControllerOptions s_defaults = new();

    /// <summary>The controller's address: "0000:01:00.0" for a PCIe controller that is bound to vfio-pci, "emulated:" for one in software.</summary>
    public string Address { get; set; } = "";

    /// <summary>The namespaces to open, by identifier; null or empty: all active ones that the driver can read and write.</summary>
    public IList<uint>? Namespaces { get; set; }

    /// <summary>The CPUs that get a reactor and an I/O queue pair each; null or empty: the last one that the process may run on.</summary>
    public IList<int>? Cores { get; set; }

    /// <summary>How long a command may take before the controller is reset: 10 ms to 1 hour.</summary>
    public TimeSpan CommandTimeout { get; set; } = s_defaults.CommandTimeout;

    /// <summary>Where callers of async operations continue.</summary>
    public CompletionMode Completion { get; set; } = s_defaults.Completion;

    /// <summary>What reactors do while commands are in flight and the device is slow to answer.</summary>
    public IdlePolicy Idle { get; set; } = s_defaults.Idle;

    /// <summary>Entries of each reactor's I/O queues: 2 or more; more than the controller has is lowered to that.</summary>
    public int IoQueueEntries { get; set; } = s_defaults.IoQueueEntries;

    /// <summary>Entries of the admin queues: 2 to 4096.</summary>
    public int AdminQueueEntries { get; set; } = s_defaults.AdminQueueEntries;

    /// <summary>Queue pairs beside the reactors', for <see cref="NvmeController.CreateQueuePair"/>: 0 to 1024.</summary>
    public int ExtraQueuePairs { get; set; } = s_defaults.ExtraQueuePairs;

    /// <summary>The longest transfer of one command in bytes, if the controller allows as much: 4 KiB to 64 MiB.</summary>
    public int MaxTransferBytes { get; set; } = s_defaults.MaxTransferBytes;

    /// <summary>Whether shadow doorbells are used where the controller offers them, as emulated ones do.</summary>
    public bool ShadowDoorbells { get; set; } = s_defaults.ShadowDoorbells;

    internal NvmeControllerOptions ToControllerOptions(ILoggerFactory? loggerFactory = null) => new()
    {
        Cores = Cores is { Count: > 0 } ? [.. Cores] : null,
        CommandTimeout = CommandTimeout,
        Completion = Completion,
        Idle = Idle,
        IoQueueEntries = IoQueueEntries,
        AdminQueueEntries = AdminQueueEntries,
        ExtraQueuePairs = ExtraQueuePairs,
        MaxTransferBytes = MaxTransferBytes,
        ShadowDoorbells = ShadowDoorbells,
        LoggerFactory = loggerFactory,
    };
}
