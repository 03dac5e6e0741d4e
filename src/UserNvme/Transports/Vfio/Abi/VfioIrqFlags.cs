namespace UserNvme.Transports.Vfio;

/// <summary>Flags of <see cref="VfioIrqInfo"/>.</summary>
[Flags]
internal enum VfioIrqFlags : uint
{
    /// <summary>Interrupts can be delivered to an eventfd.</summary>
    Eventfd = 1 << 0,

    /// <summary>Interrupts can be masked.</summary>
    Maskable = 1 << 1,

    /// <summary>An interrupt is masked by the kernel when it is delivered.</summary>
    Automasked = 1 << 2,

    /// <summary>No vector can be added once some are enabled (MSI-X on kernels before 6.5).</summary>
    Noresize = 1 << 3,
}
