using System.Runtime.InteropServices;

namespace UserNvme.Spec;

/// <summary>
/// A power state descriptor of Identify Controller (NVMe Base 2.0, figure 276).
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct PowerStateDescriptor
{
    /// <summary>Maximum power, in units that bit 0 of <see cref="Flags"/> selects: 0.01 W (0) or 0.0001 W (1).</summary>
    [FieldOffset(0)] public ushort Mp;

    /// <summary>Bit 0: scale of the maximum power; bit 1: a non-operational state.</summary>
    [FieldOffset(3)] public byte Flags;

    /// <summary>Entry latency in microseconds.</summary>
    [FieldOffset(4)] public uint Enlat;

    /// <summary>Exit latency in microseconds.</summary>
    [FieldOffset(8)] public uint Exlat;

    /// <summary>Relative read throughput, bits 4:0, lower is better.</summary>
    [FieldOffset(12)] public byte Rrt;

    /// <summary>Relative read latency, bits 4:0, lower is better.</summary>
    [FieldOffset(13)] public byte Rrl;

    /// <summary>Relative write throughput, bits 4:0, lower is better.</summary>
    [FieldOffset(14)] public byte Rwt;

    /// <summary>Relative write latency, bits 4:0, lower is better.</summary>
    [FieldOffset(15)] public byte Rwl;

    /// <summary>Idle power, in units that <see cref="Ips"/> selects.</summary>
    [FieldOffset(16)] public ushort Idlp;

    /// <summary>Idle power scale, bits 7:6: 1 for 0.0001 W, 2 for 0.01 W, 0 for not reported.</summary>
    [FieldOffset(18)] public byte Ips;

    /// <summary>Active power, in units that bits 7:6 of <see cref="Apws"/> select.</summary>
    [FieldOffset(20)] public ushort Actp;

    /// <summary>Active power workload (bits 2:0) and scale (bits 7:6).</summary>
    [FieldOffset(22)] public byte Apws;
}
