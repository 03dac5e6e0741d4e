using UserNvme.Interop;

namespace UserNvme.Emulation.Dma;

/// <summary>
/// Memory of the host that is not mapped in this process: somebody is asked to copy it. Called by the thread that steps the controller.
/// </summary>
internal interface IRemoteMemory
{
    /// <summary>Copies from the host's memory.</summary>
    /// <returns>Whether it was copied as a whole, in time.</returns>
    bool TryRead(ulong iova, Span<byte> destination, Deadline deadline);

    /// <summary>Copies to the host's memory.</summary>
    /// <returns>Whether it was copied as a whole, in time.</returns>
    bool TryWrite(ulong iova, ReadOnlySpan<byte> source, Deadline deadline);
}
