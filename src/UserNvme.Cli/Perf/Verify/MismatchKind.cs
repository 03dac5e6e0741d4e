namespace UserNvme.Cli.Perf.Verify;

/// <summary>What is wrong with a block that was read.</summary>
internal enum MismatchKind
{
    /// <summary>It holds what was written to another block, namespace or device.</summary>
    Misdirected,

    /// <summary>It holds what was there before the last write, or before the run: a write was lost.</summary>
    Stale,

    /// <summary>Only a part of the last write is there: of the block, or of the transfer that it belongs to.</summary>
    Torn,

    /// <summary>Its bytes are nothing that was ever written.</summary>
    Corrupt,

    /// <summary>The read succeeded, but the device did not fill the memory.</summary>
    NotFilled,
}
