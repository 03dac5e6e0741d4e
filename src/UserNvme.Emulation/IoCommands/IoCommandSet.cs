using UserNvme.Emulation.Prp;
using UserNvme.Spec;

namespace UserNvme.Emulation.IoCommands;

/// <summary>Executes the commands of I/O queues: the NVM command set (NVM Command Set 1.0). Used within a step only.</summary>
internal sealed unsafe class IoCommandSet
{
    private const byte Compare = 0x05;
    private readonly CommandData _data;
    private readonly EmulatedControllerOptions _options;
    private readonly NamespaceTable _namespaces;
    private readonly IoStatistics _statistics;
    private readonly DatasetManagement _datasetManagement;
    private readonly ulong _maxTransfer;
    private byte[]? _compareBuffer;

    public IoCommandSet(CommandData data, EmulatedControllerOptions options, NamespaceTable namespaces, IoStatistics statistics)
    {
        _data = data;
        _options = options;
        _namespaces = namespaces;
        _statistics = statistics;
        _datasetManagement = new DatasetManagement(data, options);
        _maxTransfer = options.Mdts == 0 ? ulong.MaxValue : 4096UL << options.Mdts;
    }

    /// <summary>Whether completed writes may be lost until a Flush: Set Features (Volatile Write Cache) as it stands.</summary>
    public bool CacheEnabled { get; set; }

    /// <summary>Executes one command.</summary>
    public NvmeStatus Execute(QueueId queue, in SubmissionEntry entry)
    {
        // Fused operations and SGLs are not supported.
        if ((entry.Flags & 0xC3) != 0) return DeviceStatus.InvalidField;
        if (entry.Opcode == (byte)NvmOpcode.Flush) return Flush(entry.NamespaceId);
        var item = _namespaces.Find(entry.NamespaceId);
        if (item is null)
        {
            return !IsSupported(entry.Opcode) ? DeviceStatus.InvalidOpcode
                : _namespaces.IsValid(entry.NamespaceId) ? DeviceStatus.InvalidField
                : DeviceStatus.InvalidNamespace;
        }

        return entry.Opcode switch
        {
            (byte)NvmOpcode.Read => Read(queue, item, entry),
            (byte)NvmOpcode.Write => Write(queue, item, entry),
            (byte)NvmOpcode.WriteZeroes => WriteZeroes(item, entry),
            (byte)NvmOpcode.DatasetManagement => _datasetManagement.Execute(queue, item, entry),
            Compare => CompareData(queue, item, entry),
            _ => DeviceStatus.InvalidOpcode,
        };
    }

    /// <summary>Turns round bits of one byte of a read's or write's data, just after it was executed.</summary>
    public void Corrupt(in SubmissionEntry entry, long offset, byte mask)
    {
        if (_namespaces.Find(entry.NamespaceId) is not { } item) return;
        if (entry.Opcode == (byte)NvmOpcode.Write)
        {
            byte value;
            var place = (long)(Slba(entry) << item.BlockShift) + offset;
            item.Backing.Read(place, &value, 1);
            value ^= mask;
            item.Backing.Write(place, &value, 1);
        }
        else if (entry.Opcode == (byte)NvmOpcode.Read)
        {
            var place = _data.At(offset);
            if (place != null)
                *place ^= mask;
        }
    }

    private static ulong Slba(in SubmissionEntry entry) => entry.Cdw10 | ((ulong)entry.Cdw11 << 32);

    private static uint Blocks(in SubmissionEntry entry) => (entry.Cdw12 & 0xFFFF) + 1;

    private static bool IsSupported(byte opcode) =>
        opcode is (byte)NvmOpcode.Read or (byte)NvmOpcode.Write or (byte)NvmOpcode.WriteZeroes or (byte)NvmOpcode.DatasetManagement or Compare;

    private static bool IsInside(EmulatedNamespace item, ulong slba, uint blocks) => slba < item.BlockCount && blocks <= item.BlockCount - slba;

    private NvmeStatus Prepare(QueueId queue, EmulatedNamespace item, in SubmissionEntry entry, DmaDirection direction, out long offset)
    {
        var slba = Slba(entry);
        var blocks = Blocks(entry);
        var length = (ulong)blocks << item.BlockShift;
        offset = 0;
        if (length > _maxTransfer) return DeviceStatus.InvalidField;
        if (!IsInside(item, slba, blocks)) return DeviceStatus.LbaOutOfRange;
        offset = (long)(slba << item.BlockShift);
        return _data.Walk(queue, entry, length, direction);
    }

    private NvmeStatus Read(QueueId queue, EmulatedNamespace item, in SubmissionEntry entry)
    {
        var status = Prepare(queue, item, entry, DmaDirection.Write, out var offset);
        if (!status.IsSuccess) return status;
        _statistics.CountRead(Blocks(entry), item.BlockShift);
        if (!item.Backing.MovesData) return NvmeStatus.Success;
        foreach (ref readonly var segment in _data.Segments)
        {
            status = item.Backing.Read(offset, segment.Address, segment.Length);
            if (!status.IsSuccess) return status;
            offset += segment.Length;
        }

        return NvmeStatus.Success;
    }

    private NvmeStatus Write(QueueId queue, EmulatedNamespace item, in SubmissionEntry entry)
    {
        var status = Prepare(queue, item, entry, DmaDirection.Read, out var offset);
        if (!status.IsSuccess) return status;
        _statistics.CountWrite(Blocks(entry), item.BlockShift);
        if (!item.Backing.MovesData) return NvmeStatus.Success;
        var start = offset;
        foreach (ref readonly var segment in _data.Segments)
        {
            status = item.Backing.Write(offset, segment.Address, segment.Length);
            if (!status.IsSuccess) return status;
            offset += segment.Length;
        }

        return MakeDurable(item, entry, start, offset - start);
    }

    private NvmeStatus MakeDurable(EmulatedNamespace item, in SubmissionEntry entry, long offset, long length)
    {
        const uint forceUnitAccess = 1u << 30;
        return item.Backing.IsVolatile && ((entry.Cdw12 & forceUnitAccess) != 0 || !CacheEnabled)
            ? item.Backing.Persist(offset, length)
            : NvmeStatus.Success;
    }

    private NvmeStatus WriteZeroes(EmulatedNamespace item, in SubmissionEntry entry)
    {
        var slba = Slba(entry);
        var blocks = Blocks(entry);
        var length = (long)blocks << item.BlockShift;
        if (_options.WriteZeroesSizeLimit != 0 && length > 4096L << _options.WriteZeroesSizeLimit) return DeviceStatus.InvalidField;
        if (!IsInside(item, slba, blocks)) return DeviceStatus.LbaOutOfRange;

        // With or without Deallocate (DEAC): the space is given back and reads as zeroes either way.
        var offset = (long)(slba << item.BlockShift);
        var status = item.Backing.Zero(offset, length);
        return status.IsSuccess ? MakeDurable(item, entry, offset, length) : status;
    }

    private NvmeStatus Flush(uint namespaceId)
    {
        if (namespaceId == NamespaceId.All.Value) return _namespaces.FlushAll();
        return _namespaces.Find(namespaceId) is { } item ? item.Backing.Flush()
            : _namespaces.IsValid(namespaceId) ? DeviceStatus.InvalidField
            : DeviceStatus.InvalidNamespace;
    }

    private NvmeStatus CompareData(QueueId queue, EmulatedNamespace item, in SubmissionEntry entry)
    {
        var status = Prepare(queue, item, entry, DmaDirection.Read, out var offset);
        if (!status.IsSuccess || !item.Backing.MovesData) return status;
        _compareBuffer ??= new byte[65_536];
        fixed (byte* buffer = _compareBuffer)
        {
            foreach (ref readonly var segment in _data.Segments)
            {
                for (long done = 0; done < segment.Length;)
                {
                    var piece = (int)Math.Min(segment.Length - done, _compareBuffer.Length);
                    status = item.Backing.Read(offset, buffer, piece);
                    if (!status.IsSuccess) return status;
                    if (!new ReadOnlySpan<byte>(buffer, piece).SequenceEqual(new ReadOnlySpan<byte>(segment.Address + done, piece)))
                        return DeviceStatus.CompareFailure;
                    done += piece;
                    offset += piece;
                }
            }
        }

        return NvmeStatus.Success;
    }
}
