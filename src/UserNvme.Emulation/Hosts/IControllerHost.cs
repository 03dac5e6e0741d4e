using UserNvme.Transports;

namespace UserNvme.Emulation.Hosts;

/// <summary>Who steps an emulated controller, and how the host's doorbell writes get to it.</summary>
internal interface IControllerHost : IDisposable
{
    /// <summary>The doorbell at an offset; null where there is none.</summary>
    Doorbell? GetDoorbell(int offset);

    /// <summary>A register was written or something else happened that a step has to look at.</summary>
    void Nudge();
}
