namespace UserNvme.Emulation;

/// <summary>Who steps an emulated controller.</summary>
public enum EmulatedHostKind
{
    /// <summary>A thread of its own, as a real device works beside the host's processor.</summary>
    Thread,

    /// <summary>The thread that rings: commands are complete when the doorbell write returns. For deterministic tests and for measuring the driver alone.</summary>
    Inline,
}
