using UserNvme.Transports;

namespace UserNvme.Emulation.Hosts;

/// <summary>
/// Steps the controller on the thread that rings or writes a register, until nothing is left to do: when a doorbell write returns, its
/// commands are complete. No thread, no timing.
/// </summary>
internal sealed unsafe class InlineHost(EmulatedController controller) : IControllerHost, IDoorbellSink
{
    /// <summary>Whether it steps; else the owner calls <see cref="EmulatedController.Step"/>.</summary>
    public bool AutoStep { get; set; } = true;

    public Doorbell? GetDoorbell(int offset) => controller.DoorbellRegister(offset) != null ? new Doorbell(this, offset) : null;

    public void Ring(int offset, uint value)
    {
        controller.RingDoorbell(offset, value);
        Nudge();
    }

    public void Nudge()
    {
        if (!AutoStep) return;
        while (controller.Step() && controller.HasMore)
        {
        }
    }

    public void Dispose()
    {
    }
}
