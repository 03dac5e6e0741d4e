namespace UserNvme.Emulation;

/// <summary>What a fault does to a command.</summary>
internal enum FaultActionKind
{
    Hold,
    Delay,
    Fail,
    Complete,
    CompleteTwice,
    CorruptData,
    TouchAddress,
    FatalStatus,
    DeviceGone,
    PowerLoss,
}
