namespace UserNvme.Emulation.Registers;

/// <summary>The controller's clock, in the ticks of a <see cref="TimeProvider"/>.</summary>
internal sealed class DeviceTime(TimeProvider clock)
{
    private readonly long _ticksPerSecond = clock.TimestampFrequency;

    /// <summary>Now.</summary>
    public long Now => clock.GetTimestamp();

    /// <summary>The point in time that lies this far ahead.</summary>
    public long After(TimeSpan delay) => delay <= TimeSpan.Zero ? Now : Now + Ticks(delay);

    /// <summary>A duration in ticks, rounded up.</summary>
    public long Ticks(TimeSpan delay) => (long)Math.Ceiling((decimal)delay.Ticks * _ticksPerSecond / TimeSpan.TicksPerSecond);

    /// <summary>Whether a point in time comes within a duration, or has passed.</summary>
    public bool IsWithin(long time, TimeSpan duration) => time != long.MaxValue && time - Ticks(duration) <= Now;

    /// <summary>Whether a point in time lies not ahead.</summary>
    public bool IsReached(long time) => Now >= time;
}
