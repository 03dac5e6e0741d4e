namespace UserNvme.Spec;

/// <summary>
/// CSTS, Controller Status, offset 1Ch (NVMe Base 2.0, 3.1.3.6).
/// All-ones means that the device is gone; the other members are false then, or a dead controller would look ready.
/// </summary>
/// <param name="Value">The raw register.</param>
public readonly record struct ControllerStatus(uint Value)
{
    /// <summary>Whether the register read all-ones: the device has been removed, or its memory decode is off.</summary>
    public bool IsGone => Value == uint.MaxValue;

    /// <summary>Ready: follows CC.EN.</summary>
    public bool Rdy => Bit(0);

    /// <summary>Controller fatal status: only a reset helps.</summary>
    public bool Cfs => Bit(1);

    /// <summary>Shutdown status.</summary>
    public ShutdownStatus Shst => IsGone ? ShutdownStatus.Normal : (ShutdownStatus)((Value >> 2) & 3);

    /// <summary>NVM subsystem reset occurred; cleared by writing 1.</summary>
    public bool Nssro => Bit(4);

    /// <summary>Processing paused.</summary>
    public bool Pp => Bit(5);

    /// <summary>Shutdown type: the shutdown status speaks of the NVM subsystem, not of this controller.</summary>
    public bool St => Bit(6);

    private bool Bit(int bit) => !IsGone && ((Value >> bit) & 1) != 0;
}
