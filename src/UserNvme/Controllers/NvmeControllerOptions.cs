using Microsoft.Extensions.Logging;
using UserNvme.Memory;

namespace UserNvme.Controllers;

/// <summary>How a controller is opened. All have defaults that suit a service on a machine of its own.</summary>
public sealed class NvmeControllerOptions
{
    /// <summary>
    /// The CPUs that get a reactor and an I/O queue pair each; they spin while commands are in flight. Null: one, the last CPU that
    /// the process may run on. An empty list: no reactors, for users of <see cref="NvmeController.CreateQueuePair"/> only.
    /// </summary>
    public IReadOnlyList<int>? Cores { get; set; }

    /// <summary>How many queue pairs besides the reactors' are asked of the controller, for <see cref="NvmeController.CreateQueuePair"/>; 0 to 1024.</summary>
    public int ExtraQueuePairs { get; set; } = Math.Min(Environment.ProcessorCount, MaxExtraQueuePairs);

    /// <summary>Entries of the admin queues: 2 to 4096.</summary>
    public int AdminQueueEntries { get; set; } = 32;

    /// <summary>Entries of each reactor's I/O queues: 2 to CAP.MQES+1; more than the controller has is lowered to that.</summary>
    public int IoQueueEntries { get; set; } = 256;

    /// <summary>How long a command may take before the controller is reset: 10 ms to 1 hour.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest transfer of one command in bytes, if the controller allows as much: 4 KiB to 64 MiB. Takes list memory per queue entry.</summary>
    public int MaxTransferBytes { get; set; } = 2 << 20;

    /// <summary>Where callers of async operations continue.</summary>
    public CompletionMode Completion { get; set; } = CompletionMode.ThreadPool;

    /// <summary>The DMA memory to use; null for the process's own, which all controllers share that may.</summary>
    public DmaHeap? Heap { get; set; }

    /// <summary>Where the driver logs; null for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    private const int MaxExtraQueuePairs = 1024;

    internal void Validate()
    {
        Check(AdminQueueEntries is >= 2 and <= 4096, nameof(AdminQueueEntries), AdminQueueEntries, "2 to 4096");
        Check(IoQueueEntries is >= 2 and <= 65_536, nameof(IoQueueEntries), IoQueueEntries, "2 to 65536");
        Check(ExtraQueuePairs is >= 0 and <= MaxExtraQueuePairs, nameof(ExtraQueuePairs), ExtraQueuePairs, "0 to 1024");
        Check(CommandTimeout >= TimeSpan.FromMilliseconds(10) && CommandTimeout <= TimeSpan.FromHours(1), nameof(CommandTimeout), CommandTimeout, "10 ms to 1 hour");
        Check(MaxTransferBytes is >= 4096 and <= 64 << 20, nameof(MaxTransferBytes), MaxTransferBytes, "4096 to 67108864 bytes");
    }

    private static void Check(bool ok, string name, object value, string range)
    {
        if (!ok) throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}: it can be {range}.");
    }
}
