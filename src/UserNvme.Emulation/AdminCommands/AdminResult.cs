using UserNvme.Spec;

namespace UserNvme.Emulation.AdminCommands;

/// <summary>How an admin command ended: its status and dword 0, or that it has no completion yet.</summary>
internal readonly record struct AdminResult(NvmeStatus Status, uint Dword0 = 0, bool IsPending = false)
{
    /// <summary>The command completes later (an Asynchronous Event Request).</summary>
    public static AdminResult Pending { get; } = new(NvmeStatus.Success, 0, true);

    /// <summary>A status with no result.</summary>
    public static implicit operator AdminResult(NvmeStatus status) => new(status);
}
