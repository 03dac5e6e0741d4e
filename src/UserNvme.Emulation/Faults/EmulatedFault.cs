using UserNvme.Memory;
using UserNvme.Spec;

namespace UserNvme.Emulation;

/// <summary>Something that the host (the driver) did and must not do, as the emulated controller or its IOMMU saw it.</summary>
public sealed record EmulatedFault
{
    /// <summary>What kind of misuse it is.</summary>
    public required EmulatedFaultKind Kind { get; init; }

    /// <summary>One sentence for a person.</summary>
    public required string Message { get; init; }

    /// <summary>The IOVA, for a DMA fault.</summary>
    public Iova Address { get; init; }

    /// <summary>Bytes that could not be reached, for a DMA fault.</summary>
    public long Length { get; init; }

    /// <summary>Which way the data should have gone, for a DMA fault.</summary>
    public DmaDirection Direction { get; init; }

    /// <summary>The queue concerned; the admin queue where none is.</summary>
    public QueueId Queue { get; init; }

    /// <summary>The command that was executed; null where none was.</summary>
    public SubmissionEntry? Command { get; init; }
}
