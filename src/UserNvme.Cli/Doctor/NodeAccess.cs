namespace UserNvme.Cli.Doctor;

/// <summary>What opening a device node for reading and writing led to.</summary>
internal enum NodeAccess
{
    /// <summary>It can be opened.</summary>
    Granted,

    /// <summary>There is no such node.</summary>
    Missing,

    /// <summary>This user may not open it, or the container keeps it from being opened.</summary>
    Denied,

    /// <summary>Another process has it open, and only one can.</summary>
    Busy,
}
