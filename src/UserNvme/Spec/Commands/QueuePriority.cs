namespace UserNvme.Spec;

/// <summary>
/// QPRIO of Create I/O Submission Queue; it counts with weighted round robin arbitration only (NVMe Base 2.0, figure 158).
/// </summary>
public enum QueuePriority : byte
{
    /// <summary>Urgent; also the value without weighted round robin.</summary>
    Urgent = 0x0,

    /// <summary>High.</summary>
    High = 0x1,

    /// <summary>Medium.</summary>
    Medium = 0x2,

    /// <summary>Low.</summary>
    Low = 0x3,
}
