namespace UserNvme.Spec;

/// <summary>
/// CAP, Controller Capabilities, offset 0h (NVMe Base 2.0, 3.1.3.1).
/// All-ones means that the device is gone: ask <see cref="IsGone"/> before anything else.
/// </summary>
/// <param name="Value">The raw register.</param>
public readonly record struct ControllerCapabilities(ulong Value)
{
    /// <summary>Whether the register read all-ones: nothing answers at this address.</summary>
    public bool IsGone => Value == ulong.MaxValue;

    /// <summary>Maximum queue entries supported, 0 based.</summary>
    public ushort Mqes => (ushort)Value;

    /// <summary>
    /// Most entries of an I/O queue: 1 to 65,536. The specification wants 2 at least; a controller that says less cannot be used.
    /// </summary>
    public int MaxQueueEntries => Mqes + 1;

    /// <summary>Contiguous queues required.</summary>
    public bool Cqr => Bit(16);

    /// <summary>Arbitration mechanisms supported: bit 0 weighted round robin, bit 1 vendor specific.</summary>
    public byte Ams => Field(17, 2);

    /// <summary>Timeout: longest wait for CSTS.RDY, in units of 500 milliseconds. 0 does not mean that no wait is needed.</summary>
    public byte To => Field(24, 8);

    /// <summary>Doorbell stride: doorbells lie 4 &lt;&lt; DSTRD bytes apart.</summary>
    public byte Dstrd => Field(32, 4);

    /// <summary>NVM subsystem reset supported.</summary>
    public bool Nssrs => Bit(36);

    /// <summary>Command sets supported, raw bits.</summary>
    public byte Css => Field(37, 8);

    /// <summary>CSS bit 0: the NVM command set.</summary>
    public bool SupportsNvmCommandSet => (Css & 0x01) != 0;

    /// <summary>CSS bit 6: one or more I/O command sets, selected by CC.CSS = 110b.</summary>
    public bool SupportsIoCommandSets => (Css & 0x40) != 0;

    /// <summary>CSS bit 7: no I/O command set, admin commands only.</summary>
    public bool SupportsAdminOnly => (Css & 0x80) != 0;

    /// <summary>Boot partitions supported.</summary>
    public bool Bps => Bit(45);

    /// <summary>Controller power scope.</summary>
    public byte Cps => Field(46, 2);

    /// <summary>Memory page size minimum: 2^(12 + n) bytes.</summary>
    public byte Mpsmin => Field(48, 4);

    /// <summary>Memory page size maximum: 2^(12 + n) bytes.</summary>
    public byte Mpsmax => Field(52, 4);

    /// <summary>Smallest page size as a power of two: 12 to 27. The unit of MDTS.</summary>
    public int MinPageShift => 12 + Mpsmin;

    /// <summary>Largest page size as a power of two: 12 to 27.</summary>
    public int MaxPageShift => 12 + Mpsmax;

    /// <summary>Persistent memory region supported.</summary>
    public bool Pmrs => Bit(56);

    /// <summary>Controller memory buffer supported.</summary>
    public bool Cmbs => Bit(57);

    /// <summary>NVM subsystem shutdown supported.</summary>
    public bool Nsss => Bit(58);

    /// <summary>
    /// Controller ready modes supported: bit 0 with media, bit 1 independent of media. 0 before NVMe 2.0: then CRTO is not there.
    /// </summary>
    public byte Crms => Field(59, 2);

    /// <summary>
    /// Longest wait for CSTS.RDY by this register alone (TO); one unit more than told, as 0 must not mean no wait at all.
    /// </summary>
    public TimeSpan ReadyTimeout => TimeSpan.FromMilliseconds(500 * (To + 1));

    /// <summary>Longest wait for CSTS.RDY by both registers that speak of it.</summary>
    /// <param name="timeouts">The CRTO register; it counts only where <see cref="Crms"/> says that it exists.</param>
    public TimeSpan ReadyTimeoutWith(ControllerReadyTimeouts timeouts)
    {
        if (Crms == 0)
            return ReadyTimeout;
        TimeSpan ready = timeouts.ReadyWithMedia;
        return ready > ReadyTimeout ? ready : ReadyTimeout;
    }

    private bool Bit(int bit) => ((Value >> bit) & 1) != 0;

    private byte Field(int shift, int width) => (byte)((Value >> shift) & ((1u << width) - 1));
}
