using UserNvme.Emulation.Prp;
using UserNvme.Spec;

namespace UserNvme.Emulation.AdminCommands;

/// <summary>Executes the commands of the admin queue (NVMe Base 2.0, 5). Used within a step only.</summary>
internal sealed class AdminCommandSet(EmulatedController controller, CommandData data)
{
    private readonly IdentifyCommand _identify = new(controller, data);
    private readonly QueueCommands _queues = new(controller);
    private readonly DoorbellBufferCommand _doorbells = new(controller, data);

    /// <summary>Get and Set Features.</summary>
    public FeatureCommands Features { get; } = new(controller, data);

    /// <summary>Get Log Page.</summary>
    public LogPageCommand Logs { get; } = new(controller, data);

    /// <summary>Asynchronous Event Request.</summary>
    public AsyncEvents Events { get; } = new(controller);

    /// <summary>Executes one command.</summary>
    public AdminResult Execute(in SubmissionEntry entry)
    {
        // Fused operations and SGLs are not supported.
        if ((entry.Flags & 0xC3) != 0) return DeviceStatus.InvalidField;
        return (AdminOpcode)entry.Opcode switch
        {
            AdminOpcode.Identify => _identify.Execute(entry),
            AdminOpcode.CreateIoCompletionQueue => _queues.CreateCompletion(entry),
            AdminOpcode.CreateIoSubmissionQueue => _queues.CreateSubmission(entry),
            AdminOpcode.DeleteIoSubmissionQueue => _queues.DeleteSubmission(entry),
            AdminOpcode.DeleteIoCompletionQueue => _queues.DeleteCompletion(entry),
            AdminOpcode.DoorbellBufferConfig => _doorbells.Execute(entry),
            AdminOpcode.GetFeatures => Features.Get(entry),
            AdminOpcode.SetFeatures => Features.Set(entry),
            AdminOpcode.GetLogPage => Logs.Execute(entry),
            AdminOpcode.Abort => Abort(entry),
            AdminOpcode.AsynchronousEventRequest => Events.Request(entry),
            _ => DeviceStatus.InvalidOpcode,
        };
    }

    /// <summary>Forgets what a controller reset forgets.</summary>
    public void Reset()
    {
        Features.Reset();
        Events.Reset();
    }

    // A command that was fetched and not executed yet is aborted; any other has completed by now.
    private AdminResult Abort(in SubmissionEntry entry)
    {
        const uint notAborted = 1;
        var queueId = (ushort)entry.Cdw10;
        var commandId = (ushort)(entry.Cdw10 >> 16);
        if (controller.Faults.AbortIgnored) return new AdminResult(NvmeStatus.Success, notAborted);
        var aborted = (queueId == 0 && Events.Abort(commandId)) || controller.Engine.Abort(queueId, commandId);
        return new AdminResult(NvmeStatus.Success, aborted ? 0 : notAborted);
    }
}
