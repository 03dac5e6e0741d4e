using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Controllers;

/// <content>
/// Shadow doorbells (NVMe Base 2.0, 5.8): emulated controllers offer them, for there a register write costs an exit of the virtual machine. On the
/// service thread, while the controller has no I/O queues.
/// </content>
public sealed partial class NvmeController
{
    private volatile ShadowDoorbells? _shadowDoorbells;

    /// <summary>
    /// Whether the controller looks for doorbells of I/O queues in memory (Doorbell Buffer Config), so that their registers are written only where
    /// it asks for that. See <see cref="NvmeControllerOptions.ShadowDoorbells"/>.
    /// </summary>
    public bool UsesShadowDoorbells => _shadowDoorbells is not null;

    // The controller has forgotten them at its reset; the pages stay the same ones, for queue pairs have leases on them.
    private void SetUpShadowDoorbells()
    {
        if (Options.ShadowDoorbells && Identity.SupportsDoorbellBufferConfig)
        {
            var doorbells = _shadowDoorbells ??= new ShadowDoorbells(Heap, Space, PageSize, Capabilities.Dstrd);
            doorbells.Clear();
            var status = Execute(doorbells.Command).Status;
            if (status.IsSuccess) return;
            LogProblem(Address, $"the controller offers shadow doorbells and refuses them ({status}): the registers are written instead");
        }

        ReleaseShadowDoorbells();
    }

    private void ReleaseShadowDoorbells()
    {
        _shadowDoorbells?.Dispose();
        _shadowDoorbells = null;
    }

    private Transports.Doorbell Doorbell(QueueId id, bool completion)
    {
        var register = Transport.GetDoorbell(completion
            ? ControllerRegisters.CompletionDoorbell(id, Capabilities.Dstrd)
            : ControllerRegisters.SubmissionDoorbell(id, Capabilities.Dstrd));
        // The admin queue has none: the drivers of others leave it out, and so controllers may do (trap P14).
        return id == QueueId.Admin ? register : _shadowDoorbells?.Attach(register, id, completion) ?? register;
    }
}
