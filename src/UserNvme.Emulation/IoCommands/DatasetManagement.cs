using System.Buffers.Binary;
using UserNvme.Emulation.Prp;
using UserNvme.Spec;

namespace UserNvme.Emulation.IoCommands;

/// <summary>Dataset Management (NVM Command Set 1.0, 3.2.3): up to 256 ranges, which Deallocate makes read as zeroes.</summary>
internal sealed class DatasetManagement(CommandData data, EmulatedControllerOptions options)
{
    private const int RangeSize = 16;
    private const uint Deallocate = 1u << 2;
    private readonly byte[] _ranges = new byte[256 * RangeSize];

    /// <summary>Executes the command: all ranges are checked before the first one is touched.</summary>
    public NvmeStatus Execute(QueueId queue, EmulatedNamespace item, in SubmissionEntry entry)
    {
        var count = (int)(entry.Cdw10 & 0xFF) + 1;
        if (options.DatasetManagementRangesLimit != 0 && count > options.DatasetManagementRangesLimit)
            return DeviceStatus.CommandSizeLimitExceeded;
        var status = data.Walk(queue, entry, (ulong)(count * RangeSize), DmaDirection.Read);
        if (!status.IsSuccess) return status;
        data.CopyTo(_ranges);

        ulong total = 0;
        for (var i = 0; i < count; i++)
        {
            var (slba, blocks) = Range(i);
            if (slba > item.BlockCount || blocks > item.BlockCount - slba) return DeviceStatus.LbaOutOfRange;
            if (options.DatasetManagementRangeSizeLimit != 0 && blocks > options.DatasetManagementRangeSizeLimit)
                return DeviceStatus.CommandSizeLimitExceeded;
            total += blocks;
        }

        if (options.DatasetManagementSizeLimit != 0 && total > options.DatasetManagementSizeLimit)
            return DeviceStatus.CommandSizeLimitExceeded;
        if ((entry.Cdw11 & Deallocate) == 0) return NvmeStatus.Success; // The other attributes are hints.
        for (var i = 0; i < count; i++)
        {
            var (slba, blocks) = Range(i);
            if (blocks == 0) continue;
            status = item.Backing.Zero((long)(slba << item.BlockShift), (long)blocks << item.BlockShift);
            if (!status.IsSuccess) return status;
        }

        return NvmeStatus.Success;
    }

    // Bytes 3:0 are hints, 7:4 the number of blocks, 15:8 the first block.
    private (ulong Slba, uint Blocks) Range(int index)
    {
        var range = _ranges.AsSpan(index * RangeSize, RangeSize);
        return (BinaryPrimitives.ReadUInt64LittleEndian(range[8..]), BinaryPrimitives.ReadUInt32LittleEndian(range[4..]));
    }
}
