namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>What a type of interrupts can do.</summary>
[Flags]
internal enum VfioUserIrqFlags : uint
{
    /// <summary>They can be attached to eventfds.</summary>
    Eventfd = 1 << 0,

    /// <summary>They can be masked.</summary>
    Maskable = 1 << 1,

    /// <summary>They mask themselves when they fire.</summary>
    Automasked = 1 << 2,

    /// <summary>They are attached as one set.</summary>
    Noresize = 1 << 3,
}
