using System.Runtime.InteropServices;

namespace UserNvme.Spec;

/// <summary>
/// A completion queue entry, 16 bytes (NVMe Base 2.0, 3.3.3.2), as a copy in host memory: the ring itself is read by the completion queue
/// only.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct CompletionEntry
{
    /// <summary>Size of an entry in bytes.</summary>
    public const int Size = 16;

    /// <summary>Size of an entry as a power of two, as CC.IOCQES wants it.</summary>
    public const int SizeShift = 4;

    /// <summary>Command specific result, dword 0.</summary>
    [FieldOffset(0)] public uint Result;

    /// <summary>Command specific result, dword 1.</summary>
    [FieldOffset(4)] public uint Result1;

    /// <summary>Submission queue head pointer: how far the controller has fetched.</summary>
    [FieldOffset(8)] public ushort SubmissionQueueHead;

    /// <summary>Submission queue identifier.</summary>
    [FieldOffset(10)] public ushort SubmissionQueueId;

    /// <summary>Command identifier, as it was submitted.</summary>
    [FieldOffset(12)] public ushort CommandId;

    /// <summary>Phase tag (bit 0) and status field (bits 15:1).</summary>
    [FieldOffset(14)] public ushort StatusAndPhase;

    /// <summary>The status field without the phase tag.</summary>
    public readonly NvmeStatus Status => new((ushort)(StatusAndPhase >> 1));
}
