using UserNvme.Emulation.Dma;
using UserNvme.Emulation.Prp;
using UserNvme.Spec;

namespace UserNvme.Emulation.AdminCommands;

/// <summary>Doorbell Buffer Config (NVMe Base 2.0, 5.8). Doorbells of I/O queues have shadows after it, those of the admin queue have none.</summary>
internal sealed class DoorbellBufferCommand(EmulatedController controller, CommandData data)
{
    /// <summary>Executes the command.</summary>
    public NvmeStatus Execute(in SubmissionEntry entry)
    {
        if (!controller.Options.ShadowDoorbells) return DeviceStatus.InvalidOpcode;
        if (controller.Queues.AnyIoQueue) return DeviceStatus.CommandSequenceError;
        if (((entry.Prp1 | entry.Prp2) & (data.PageSize - 1)) != 0) return DeviceStatus.PrpOffsetInvalid;
        var status = Check(entry, entry.Prp1, DmaDirection.Read);
        if (status.IsSuccess) status = Check(entry, entry.Prp2, DmaDirection.Write);
        if (!status.IsSuccess) return status;
        controller.Queues.Shadows.Set(entry.Prp1, entry.Prp2, data.PageSize);
        // The command behind it may create a queue, and looks there.
        controller.Queues.Shadows.Refresh(controller.Memory);
        return status;
    }

    private NvmeStatus Check(in SubmissionEntry entry, ulong iova, DmaDirection direction)
    {
        var memory = controller.Memory;
        if (CanReach(memory, iova, direction)) return NvmeStatus.Success;
        // Looking there by a message each time would be dearer than any doorbell.
        if (memory.Table.Find(iova) is >= 0 and var index && memory.Table[index].Remote is not null) return DeviceStatus.InvalidField;
        data.Record(iova, data.PageSize, direction, QueueId.Admin, entry);
        return DeviceStatus.DataTransferError;
    }

    private unsafe bool CanReach(DeviceMemory memory, ulong iova, DmaDirection direction) => memory.TranslateLasting(iova, data.PageSize, direction) != null;
}
