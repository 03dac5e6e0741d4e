namespace UserNvme.Transports.Vfio;

/// <summary>Flags of <see cref="VfioIrqSet"/>.</summary>
[Flags]
internal enum VfioIrqSetFlags : uint
{
    /// <summary>No data follows.</summary>
    DataNone = 1 << 0,

    /// <summary>An 8-bit boolean per interrupt follows.</summary>
    DataBool = 1 << 1,

    /// <summary>A 32-bit eventfd per interrupt follows; -1 detaches.</summary>
    DataEventfd = 1 << 2,

    /// <summary>Masks the interrupts.</summary>
    ActionMask = 1 << 3,

    /// <summary>Unmasks the interrupts.</summary>
    ActionUnmask = 1 << 4,

    /// <summary>Sets what is told when the interrupt fires, or fires it (with <see cref="DataNone"/> or <see cref="DataBool"/>).</summary>
    ActionTrigger = 1 << 5,
}
