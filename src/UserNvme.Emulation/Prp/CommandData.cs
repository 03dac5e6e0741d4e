using UserNvme.Emulation.Dma;
using UserNvme.Memory;
using UserNvme.Spec;

namespace UserNvme.Emulation.Prp;

/// <summary>
/// The data of the command that is executed now: walks its PRPs, records what an IOMMU would, and copies. Used within a step only.
/// </summary>
internal sealed unsafe class CommandData(DeviceMemory memory, FaultLog log)
{
    private readonly PrpWalker _walker = new(memory);

    /// <summary>The memory page size of CC.MPS in bytes.</summary>
    public ulong PageSize
    {
        get => _walker.PageSize;
        set => _walker.PageSize = value;
    }

    /// <summary>The pieces of the host's memory, after a successful <see cref="Walk"/>.</summary>
    public ReadOnlySpan<Segment> Segments => _walker.Segments;

    /// <summary>Finds a command's memory.</summary>
    /// <param name="queue">Where the command came from.</param>
    /// <param name="entry">The command.</param>
    /// <param name="length">Bytes of its data, 1 or more.</param>
    /// <param name="direction">Which way the data goes.</param>
    public NvmeStatus Walk(QueueId queue, in SubmissionEntry entry, ulong length, DmaDirection direction)
    {
        var status = _walker.Walk(entry.Prp1, entry.Prp2, length, direction);
        if (status == DeviceStatus.DataTransferError)
            Record(_walker.FaultAddress, _walker.FaultLength, _walker.FaultInList ? DmaDirection.Read : direction, queue, entry);
        return status;
    }

    /// <summary>Gives a command's answer to the host: as much of it as there is, zeroes for the remainder.</summary>
    public NvmeStatus Return(in SubmissionEntry entry, ReadOnlySpan<byte> answer, ulong length)
    {
        var status = Walk(QueueId.Admin, entry, length, DmaDirection.Write);
        if (!status.IsSuccess) return status;
        foreach (var segment in Segments)
        {
            var piece = new Span<byte>(segment.Address, (int)segment.Length);
            var present = Math.Min(piece.Length, answer.Length);
            answer[..present].CopyTo(piece);
            piece[present..].Clear();
            answer = answer[present..];
        }

        return NvmeStatus.Success;
    }

    /// <summary>Copies the walked pieces.</summary>
    public void CopyTo(Span<byte> destination)
    {
        foreach (var segment in Segments)
        {
            new ReadOnlySpan<byte>(segment.Address, (int)segment.Length).CopyTo(destination);
            destination = destination[(int)segment.Length..];
        }
    }

    /// <summary>The byte at an offset of the walked pieces, or null behind their end.</summary>
    public byte* At(long offset)
    {
        foreach (var segment in Segments)
        {
            if (offset < segment.Length) return segment.Address + offset;
            offset -= segment.Length;
        }

        return null;
    }

    /// <summary>Touches one dword at an address as a faulty device would.</summary>
    /// <returns>False where the IOMMU stopped it, which is recorded.</returns>
    public bool Touch(Iova address, DmaDirection direction, QueueId queue, in SubmissionEntry entry)
    {
        var place = memory.TranslateWhole(address.Value, 4, direction);
        if (place == null)
        {
            Record(address.Value, 4, direction, queue, entry);
            return false;
        }

        if (direction == DmaDirection.Write)
            *(uint*)place = 0xDEAD_BEEF;
        return !memory.HasStaged || Flush(queue, entry).IsSuccess;
    }

    /// <summary>Sends what a command wrote to memory that is not mapped in this process; needed where <see cref="DeviceMemory.HasStaged"/>.</summary>
    public NvmeStatus Flush(QueueId queue, in SubmissionEntry entry)
    {
        if (memory.TryFlush(out var iova, out var length)) return NvmeStatus.Success;
        Record(iova, length, DmaDirection.Write, queue, entry);
        return DeviceStatus.DataTransferError;
    }

    /// <summary>Records an access to what is not mapped, or not for that.</summary>
    public void Record(ulong iova, ulong length, DmaDirection direction, QueueId queue, SubmissionEntry? entry) => log.Add(new EmulatedFault
    {
        Kind = EmulatedFaultKind.DmaOutsideMapping,
        Message = $"DMA {(direction == DmaDirection.Read ? "read" : "write")} of {length} bytes at IOVA 0x{iova:x}, which {Wrong(iova)}, for "
            + (entry is { } command ? $"command {command.CommandId} (opcode 0x{command.Opcode:x2}) of queue {queue}." : $"the ring of queue {queue}."),
        Address = new Iova(iova),
        Length = (long)length,
        Direction = direction,
        Queue = queue,
        Command = entry,
    });

    private string Wrong(ulong iova)
    {
        var index = memory.Table.Find(iova);
        return index < 0 ? "is not mapped" : memory.Table[index].Remote is null ? "is not mapped for that" : "its owner did not do";
    }
}
