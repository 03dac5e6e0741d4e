namespace UserNvme.Spec;

/// <summary>
/// Completion dword 0 of an Asynchronous Event Request (NVMe Base 2.0, figure 145): what happened, and the log page that tells more.
/// </summary>
/// <param name="Result">The raw dword.</param>
public readonly record struct AsynchronousEvent(uint Result)
{
    /// <summary>Kind of event, AET: 0 error, 1 SMART / health, 2 notice, 3 immediate, 6 I/O command set, 7 vendor specific.</summary>
    public byte EventType => (byte)(Result & 7);

    /// <summary>The event within its kind, AEI.</summary>
    public byte Information => (byte)(Result >> 8);

    /// <summary>The log page with the details; reading it with RAE = 0 allows the next event of this kind.</summary>
    public LogPage LogPage => (LogPage)(byte)(Result >> 16);

    /// <summary>Whether namespaces were attached, detached or changed (notice 00h).</summary>
    public bool IsNamespaceAttributeChanged => EventType == 2 && Information == 0;

    /// <summary>Whether a new firmware is about to start, which pauses command processing (notice 01h).</summary>
    public bool IsFirmwareActivationStarting => EventType == 2 && Information == 1;
}
