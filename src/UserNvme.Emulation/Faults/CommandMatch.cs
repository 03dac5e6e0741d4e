using UserNvme.Spec;

namespace UserNvme.Emulation;

/// <summary>Which commands a fault is for. All that is given must hold; nothing given means each command.</summary>
public sealed record CommandMatch
{
    /// <summary>The queue; null for any.</summary>
    public QueueId? Queue { get; init; }

    /// <summary>True for admin commands only, false for I/O commands only, null for both.</summary>
    public bool? Admin { get; init; }

    /// <summary>The opcode; null for any.</summary>
    public byte? Opcode { get; init; }

    /// <summary>The namespace; null for any.</summary>
    public NamespaceId? Namespace { get; init; }

    /// <summary>Commands that touch blocks from here on; null for any. For commands that name blocks only.</summary>
    public Lba? FirstLba { get; init; }

    /// <summary>Commands that touch blocks up to this one; null for any. For commands that name blocks only.</summary>
    public Lba? LastLba { get; init; }

    /// <summary>CDW10, which tells the CNS, the feature or the log page of an admin command; null for any.</summary>
    public uint? Cdw10 { get; init; }

    /// <summary>How many matching commands go by unharmed first.</summary>
    public int Skip { get; init; }

    /// <summary>How many commands are hit before the fault is over.</summary>
    public int Count { get; init; } = int.MaxValue;

    /// <summary>Any command on an I/O queue.</summary>
    public static CommandMatch AnyIo { get; } = new() { Admin = false };

    /// <summary>I/O commands with this opcode.</summary>
    public static CommandMatch Io(NvmOpcode opcode) => new() { Admin = false, Opcode = (byte)opcode };

    /// <summary>Admin commands with this opcode.</summary>
    public static CommandMatch AdminCommand(AdminOpcode opcode) => new() { Admin = true, Opcode = (byte)opcode };

    internal bool Covers(ushort queueId, in SubmissionEntry entry)
    {
        if (Queue is { } queue && queue.Value != queueId) return false;
        if (Admin is { } admin && admin != (queueId == 0)) return false;
        if (Opcode is { } opcode && opcode != entry.Opcode) return false;
        if (Namespace is { } nsid && nsid.Value != entry.NamespaceId) return false;
        if (Cdw10 is { } cdw10 && cdw10 != entry.Cdw10) return false;
        if (FirstLba is null && LastLba is null) return true;
        if (queueId == 0 || entry.Opcode is (byte)NvmOpcode.Flush or (byte)NvmOpcode.DatasetManagement) return false;
        var first = entry.Cdw10 | ((ulong)entry.Cdw11 << 32);
        var last = first + (entry.Cdw12 & 0xFFFF);
        return (FirstLba is not { } from || last >= from.Value) && (LastLba is not { } to || first <= to.Value);
    }
}
