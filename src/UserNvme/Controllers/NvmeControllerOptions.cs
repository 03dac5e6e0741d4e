using Microsoft.Extensions.Logging;
using UserNvme.Memory;

namespace UserNvme.Controllers;

/// <summary>How a controller is opened. All have defaults that suit a service on a machine of its own.</summary>
public sealed class NvmeControllerOptions
{
    /// <summary>
    /// The CPUs that get a reactor and an I/O queue pair each; <see cref="Idle"/> says when they sleep. Null: one, the last CPU that
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

    /// <summary>What reactors do while commands are in flight and the device is slow to answer.</summary>
    public IdlePolicy Idle { get; set; } = IdlePolicy.Hybrid;

    /// <summary>
    /// Whether shadow doorbells (Doorbell Buffer Config) are used where the controller offers them, as emulated ones do: queues then cost hardly any
    /// register writes, each of which leaves the virtual machine.
    /// </summary>
    public bool ShadowDoorbells { get; set; } = true;

    /// <summary>The DMA memory to use; null for the process's own, which all controllers share that may.</summary>
    public DmaHeap? Heap { get; set; }

    /// <summary>Where the driver logs; null for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    private const int MaxExtraQueuePairs = 1024;

    /// <summary>One sentence for each setting that is out of its range; none if all is well.</summary>
    public IEnumerable<string> Problems()
    {
        if (AdminQueueEntries is < 2 or > 4096) yield return Problem(nameof(AdminQueueEntries), AdminQueueEntries, "2 to 4096");
        if (IoQueueEntries is < 2 or > 65_536) yield return Problem(nameof(IoQueueEntries), IoQueueEntries, "2 to 65536");
        if (ExtraQueuePairs is < 0 or > MaxExtraQueuePairs) yield return Problem(nameof(ExtraQueuePairs), ExtraQueuePairs, "0 to 1024");
        if (CommandTimeout < TimeSpan.FromMilliseconds(10) || CommandTimeout > TimeSpan.FromHours(1)) yield return Problem(nameof(CommandTimeout), CommandTimeout, "10 ms to 1 hour");
        if (MaxTransferBytes is < 4096 or > 64 << 20) yield return Problem(nameof(MaxTransferBytes), MaxTransferBytes, "4096 to 67108864 bytes");
        if (!Enum.IsDefined(Completion)) yield return Problem(nameof(Completion), Completion, "ThreadPool or Inline");
        if (!Enum.IsDefined(Idle)) yield return Problem(nameof(Idle), Idle, "Hybrid or Poll");
    }

    /// <summary>What a controller keeps: later changes by the caller do not reach it.</summary>
    internal NvmeControllerOptions Copy() => (NvmeControllerOptions)MemberwiseClone();

    internal void Validate()
    {
        foreach (var problem in Problems()) throw new ArgumentOutOfRangeException("options", problem);
    }

    private static string Problem(string name, object value, string range) => $"{name} is {value}: it can be {range}.";
}
