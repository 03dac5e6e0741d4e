using UserNvme.Spec;

namespace UserNvme.Emulation.Queues;

/// <summary>A command that was fetched and is executed later.</summary>
internal struct DelayedCommand
{
    /// <summary>Where it came from; null for a free place.</summary>
    public DeviceSubmissionQueue? Queue;

    /// <summary>The command.</summary>
    public SubmissionEntry Entry;

    /// <summary>Which of all delayed commands it is, so that a place used again is not taken for it.</summary>
    public long Sequence;

    /// <summary>Whether it waits for <see cref="FaultScript.Release"/> and not for its time.</summary>
    public bool IsHeld;
}
