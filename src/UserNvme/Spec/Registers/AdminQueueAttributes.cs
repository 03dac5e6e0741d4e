namespace UserNvme.Spec;

/// <summary>
/// AQA, Admin Queue Attributes, offset 24h (NVMe Base 2.0, 3.1.3.8). Written while the controller is disabled only.
/// </summary>
/// <param name="Value">The raw register.</param>
public readonly record struct AdminQueueAttributes(uint Value)
{
    /// <summary>Entries of the admin submission queue (ASQS, 0 based in the register).</summary>
    public int SubmissionEntries => (int)(Value & 0xFFF) + 1;

    /// <summary>Entries of the admin completion queue (ACQS, 0 based in the register).</summary>
    public int CompletionEntries => (int)((Value >> 16) & 0xFFF) + 1;

    /// <summary>Fewest entries of an admin queue.</summary>
    public const int MinEntries = 2;

    /// <summary>Most entries of an admin queue. CAP.MQES does not apply to it.</summary>
    public const int MaxEntries = 4096;

    /// <summary>The register for two queue sizes.</summary>
    /// <param name="submissionEntries">2 to 4,096.</param>
    /// <param name="completionEntries">2 to 4,096.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size lies outside its range.</exception>
    public static AdminQueueAttributes Create(int submissionEntries, int completionEntries)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(submissionEntries, MinEntries);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(submissionEntries, MaxEntries);
        ArgumentOutOfRangeException.ThrowIfLessThan(completionEntries, MinEntries);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(completionEntries, MaxEntries);
        return new((uint)(submissionEntries - 1) | ((uint)(completionEntries - 1) << 16));
    }
}
