namespace UserNvme.Spec;

/// <summary>
/// CRTO, Controller Ready Timeouts, offset 68h (NVMe Base 2.0, 3.1.3.21). Exists where CAP.CRMS is not 0; some controllers leave it 0.
/// </summary>
/// <param name="Value">The raw register.</param>
public readonly record struct ControllerReadyTimeouts(uint Value)
{
    /// <summary>Controller ready with media timeout, in units of 500 milliseconds.</summary>
    public ushort Crwmt => (ushort)Value;

    /// <summary>Controller ready independent of media timeout, in units of 500 milliseconds.</summary>
    public ushort Crimt => (ushort)(Value >> 16);

    /// <summary><see cref="Crwmt"/> as a time.</summary>
    public TimeSpan ReadyWithMedia => TimeSpan.FromMilliseconds(500L * Crwmt);

    /// <summary><see cref="Crimt"/> as a time.</summary>
    public TimeSpan ReadyIndependentOfMedia => TimeSpan.FromMilliseconds(500L * Crimt);
}
