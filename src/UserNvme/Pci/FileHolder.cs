namespace UserNvme.Pci;

/// <summary>A process that has a file open.</summary>
/// <param name="ProcessId">Its number, in the PID namespace of this process.</param>
/// <param name="Command">Its name, at most 15 characters.</param>
public sealed record FileHolder(int ProcessId, string Command)
{
    /// <summary>"process 812 (spdk_tgt)".</summary>
    public override string ToString() => $"process {ProcessId} ({Command})";
}
