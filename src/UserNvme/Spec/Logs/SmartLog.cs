using System.Runtime.InteropServices;

namespace UserNvme.Spec;

/// <summary>
/// The SMART / Health Information log page, 02h (NVMe Base 2.0, figure 207).
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 512)]
public struct SmartLog
{
    /// <summary>
    /// Bit 0 spare below threshold, 1 temperature, 2 reliability degraded, 3 read only, 4 backup of volatile memory failed, 5 persistent
    /// memory region read only.
    /// </summary>
    [FieldOffset(0)] public byte CriticalWarning;

    /// <summary>Composite temperature in kelvin.</summary>
    [FieldOffset(1)] public ushort CompositeTemperature;

    /// <summary>Available spare in percent.</summary>
    [FieldOffset(3)] public byte AvailableSpare;

    /// <summary>Available spare threshold in percent.</summary>
    [FieldOffset(4)] public byte AvailableSpareThreshold;

    /// <summary>Percentage of the rated life used; may exceed 100, 255 for more than 254.</summary>
    [FieldOffset(5)] public byte PercentageUsed;

    /// <summary>Endurance group critical warning summary.</summary>
    [FieldOffset(6)] public byte EnduranceGroupCriticalWarning;

    /// <summary>Data units read: thousands of 512-byte units, rounded up.</summary>
    [FieldOffset(32)] public NvmeUInt128 DataUnitsRead;

    /// <summary>Data units written: thousands of 512-byte units, rounded up.</summary>
    [FieldOffset(48)] public NvmeUInt128 DataUnitsWritten;

    /// <summary>Read commands completed.</summary>
    [FieldOffset(64)] public NvmeUInt128 HostReadCommands;

    /// <summary>Write commands completed.</summary>
    [FieldOffset(80)] public NvmeUInt128 HostWriteCommands;

    /// <summary>Minutes for which the controller was busy with I/O.</summary>
    [FieldOffset(96)] public NvmeUInt128 ControllerBusyTime;

    /// <summary>Power cycles.</summary>
    [FieldOffset(112)] public NvmeUInt128 PowerCycles;

    /// <summary>Power-on hours.</summary>
    [FieldOffset(128)] public NvmeUInt128 PowerOnHours;

    /// <summary>Power losses without a shutdown notification.</summary>
    [FieldOffset(144)] public NvmeUInt128 UnsafeShutdowns;

    /// <summary>Unrecovered data integrity errors.</summary>
    [FieldOffset(160)] public NvmeUInt128 MediaErrors;

    /// <summary>Error log entries over the life of the controller.</summary>
    [FieldOffset(176)] public NvmeUInt128 ErrorLogEntries;

    /// <summary>Minutes above the warning temperature (WCTEMP).</summary>
    [FieldOffset(192)] public uint WarningTemperatureTime;

    /// <summary>Minutes above the critical temperature (CCTEMP).</summary>
    [FieldOffset(196)] public uint CriticalTemperatureTime;

    /// <summary>Temperature sensors 1 to 8 in kelvin, 0 for not implemented.</summary>
    [FieldOffset(200)] public TemperatureSensors TemperatureSensors;

    /// <summary>Transitions to thermal management temperature 1.</summary>
    [FieldOffset(216)] public uint ThermalTransitions1;

    /// <summary>Transitions to thermal management temperature 2.</summary>
    [FieldOffset(220)] public uint ThermalTransitions2;

    /// <summary>Seconds in thermal management temperature 1.</summary>
    [FieldOffset(224)] public uint ThermalTime1;

    /// <summary>Seconds in thermal management temperature 2.</summary>
    [FieldOffset(228)] public uint ThermalTime2;

    /// <summary>Copies the structure out of what the controller returned; nothing is checked, see the members.</summary>
    /// <param name="data">At least 512 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="data"/> is shorter than that.</exception>
    public static SmartLog Parse(ReadOnlySpan<byte> data) => MemoryMarshal.Read<SmartLog>(data);
}
