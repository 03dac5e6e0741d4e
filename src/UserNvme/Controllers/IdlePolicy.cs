namespace UserNvme.Controllers;

/// <summary>What a reactor does while commands are in flight and the device is slow to answer. With nothing in flight it always sleeps.</summary>
public enum IdlePolicy
{
    /// <summary>
    /// Polls while answers come within some 100 us; else sleeps until the device's interrupt. Costs a wake-up of the thread where commands
    /// take longer, and leaves the core to others meanwhile. Without interrupt vectors it yields the core between looks. The default.
    /// </summary>
    Hybrid,

    /// <summary>
    /// Polls until the answer is there: the least latency, for a core that has nothing else to do. Queues are created without interrupts.
    /// </summary>
    Poll,
}
