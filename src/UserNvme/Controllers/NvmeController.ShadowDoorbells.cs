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
    private volatile bool _usesShadowDoorbells;

    /// <summary>
    /// Whether the controller looks for doorbells of I/O queues in memory (Doorbell Buffer Config), so that their registers are written only where
    /// it asks for that. See <see cref="NvmeControllerOptions.ShadowDoorbells"/>.
    /// </summary>
    public bool UsesShadowDoorbells => _usesShadowDoorbells;

    // The controller has forgotten them at its reset; the pages stay the same ones, also where they are refused once, for queue pairs have leases on them.
    private void SetUpShadowDoorbells()
    {
        _usesShadowDoorbells = false;
        if (!Options.ShadowDoorbells || !Identity.SupportsDoorbellBufferConfig) return;
        if (_shadowDoorbells is null)
        {
            if (_channels.Length != 0) return; // They were made without a lease.
            _shadowDoorbells = new ShadowDoorbells(Heap, Space, PageSize, Capabilities.Dstrd);
        }

        _shadowDoorbells.Clear();
        var status = Execute(_shadowDoorbells.Command).Status;
        if (status.IsSuccess)
            _usesShadowDoorbells = true;
        else
            LogProblem(Address, $"the controller offers shadow doorbells and refuses them ({status}): the registers are written instead");
    }

    private void ReleaseShadowDoorbells()
    {
        _usesShadowDoorbells = false;
        _shadowDoorbells?.Dispose();
        _shadowDoorbells = null;
    }

    private Transports.Doorbell Doorbell(QueueId id, bool completion)
    {
        var register = Transport.GetDoorbell(completion
            ? ControllerRegisters.CompletionDoorbell(id, Capabilities.Dstrd)
            : ControllerRegisters.SubmissionDoorbell(id, Capabilities.Dstrd));
        // The admin queue has none: the drivers of others leave it out, and so controllers may do (trap P14).
        return id != QueueId.Admin && _usesShadowDoorbells && _shadowDoorbells is { } shadows ? shadows.Attach(register, id, completion) : register;
    }
}
