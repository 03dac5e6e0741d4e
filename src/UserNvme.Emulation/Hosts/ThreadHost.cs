using UserNvme.Transports;

namespace UserNvme.Emulation.Hosts;

/// <summary>Steps the controller on a thread of its own.</summary>
internal sealed unsafe class ThreadHost(EmulatedController controller) : IControllerHost
{
    private readonly Stepper _stepper = new(controller);

    public Doorbell? GetDoorbell(int offset)
    {
        var register = controller.DoorbellRegister(offset);
        return register != null ? new Doorbell(register) : null;
    }

    public void Nudge() => _stepper.Nudge();

    public void Dispose() => _stepper.Remove(controller);
}
