using UserNvme.Memory;
using UserNvme.Spec;
using UserNvme.Transports;

namespace UserNvme.Controllers;

/// <summary>
/// The two pages that Doorbell Buffer Config gives to a controller (NVMe Base 2.0, 5.8): the Shadow Doorbell buffer, which the host writes, and
/// the EventIdx buffer, which the controller writes. Both are laid out as the doorbell registers are.
/// </summary>
internal sealed unsafe class ShadowDoorbells : IDisposable
{
    private readonly int _pageSize;
    private readonly byte _stride;

    /// <param name="heap">Where the pages come from.</param>
    /// <param name="space">The heap as the controller sees it.</param>
    /// <param name="pageSize">CC.MPS in bytes: the size of each buffer.</param>
    /// <param name="stride">CAP.DSTRD.</param>
    public ShadowDoorbells(DmaHeap heap, DmaSpace space, int pageSize, byte stride)
    {
        _pageSize = pageSize;
        _stride = stride;
        Memory = heap.Rent(2 * pageSize, pageSize);
        Command = AdminCommands.DoorbellBufferConfig(space.Translate(Memory).Value, space.Translate(Memory, pageSize).Value);
    }

    /// <summary>Both pages, for those who hold leases on them.</summary>
    public DmaBuffer Memory { get; }

    /// <summary>The command that tells the controller of them.</summary>
    public SubmissionEntry Command { get; }

    /// <summary>Zeroes both pages. While the controller knows of no I/O queue.</summary>
    public void Clear() => Memory.GetSpan().Clear();

    /// <summary>Zeroes what there is of a queue pair that neither the controller nor any owner knows of any more, for the next one with that identifier.</summary>
    public void Clear(QueueId id)
    {
        foreach (var completion in (ReadOnlySpan<bool>)[false, true])
        {
            if (Place(id, completion) is not { } place) continue;
            *Word(place) = 0;
            *Word(place + _pageSize) = 0;
        }
    }

    /// <summary>The doorbell of an I/O queue with its shadow; without one where its place lies behind the end of the page, and the register counts.</summary>
    public Doorbell Attach(Doorbell register, QueueId id, bool completion) =>
        Place(id, completion) is { } place ? register.WithShadow(Word(place), _pageSize) : register;

    /// <summary>Gives the pages back, once no queue pair holds a lease on them. The controller no longer knows of them.</summary>
    public void Dispose() => Memory.Dispose();

    // Both doorbells of a pair are in the page or neither is: sizes and strides are powers of two.
    private int? Place(QueueId id, bool completion)
    {
        var place = (2L * id.Value + (completion ? 1 : 0)) << (2 + _stride);
        return place < _pageSize ? (int)place : null;
    }

    private uint* Word(int place) => (uint*)(Memory.Start + place);
}
