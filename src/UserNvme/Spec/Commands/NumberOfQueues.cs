namespace UserNvme.Spec;

/// <summary>
/// Number of Queues, feature 07h (NVMe Base 2.0, 5.27.1.5): what is asked for (CDW11) and what is given (completion dword 0), both 0 based
/// in the raw value. The controller may give fewer or more than asked for.
/// </summary>
/// <param name="Value">The raw value.</param>
public readonly record struct NumberOfQueues(uint Value)
{
    /// <summary>Most I/O queues of a kind.</summary>
    public const int Max = 65535;

    /// <summary>I/O submission queues: 1 to 65,536.</summary>
    public int SubmissionQueues => (int)(Value & 0xFFFF) + 1;

    /// <summary>I/O completion queues: 1 to 65,536.</summary>
    public int CompletionQueues => (int)(Value >> 16) + 1;

    /// <summary>The raw value for two numbers of queues.</summary>
    /// <param name="submissionQueues">1 to 65,535.</param>
    /// <param name="completionQueues">1 to 65,535.</param>
    public static NumberOfQueues Create(int submissionQueues, int completionQueues)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(submissionQueues, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(submissionQueues, Max);
        ArgumentOutOfRangeException.ThrowIfLessThan(completionQueues, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(completionQueues, Max);
        return new((uint)(submissionQueues - 1) | ((uint)(completionQueues - 1) << 16));
    }
}
