using UserNvme.Memory;
using UserNvme.Spec;

namespace UserNvme.Queues;

/// <summary>What a queue pair is made of: its place in the controller, its sizes and its memory.</summary>
internal sealed record QueuePairSettings
{
    /// <summary>The identifier of both queues; 0 for the admin queues.</summary>
    public required QueueId Id { get; init; }

    /// <summary>Entries of each ring: 2 or more; one less can be in flight.</summary>
    public required int Entries { get; init; }

    /// <summary>CC.MPS in bytes.</summary>
    public required int PageSize { get; init; }

    /// <summary>The longest transfer of one command in bytes; PRP list pages are set aside for it.</summary>
    public required int MaxTransferBytes { get; init; }

    /// <summary>As <see cref="Transports.NvmeTransport.DoorbellsAreMemory"/>.</summary>
    public bool DoorbellsAreMemory { get; init; }

    /// <summary>How long a command may take while it is polled for.</summary>
    public required TimeSpan CommandTimeout { get; init; }

    /// <summary>The value of <see cref="PollsPerClockReading"/> for an owner that says the time itself, once for all of its queues.</summary>
    public const int OwnerReadsClock = int.MaxValue;

    /// <summary>How many polls pass between two looks at the clock: a look costs more than an idle poll.</summary>
    public int PollsPerClockReading { get; init; } = 256;

    /// <summary>
    /// How many polls that find nothing may pass before the controller hears of what was collected for a shared doorbell write; 0 to ring
    /// at every poll, for an owner that polls slowly.
    /// </summary>
    public int EmptyPollsBeforeRinging { get; init; } = 64;

    /// <summary>The memory of the controller's shadow doorbells, which the pair holds a lease on until its rings are given back; null where there are none.</summary>
    public DmaBuffer? ShadowDoorbells { get; init; }

    public required DmaHeap Heap { get; init; }

    public required DmaSpace Space { get; init; }

    public required IQueuePairMonitor Monitor { get; init; }

    /// <summary>The controller's address, for messages.</summary>
    public required string Address { get; init; }
}
