namespace UserNvme.Cli.Perf;

/// <summary>What one transfer is. Latencies are kept apart by it.</summary>
internal enum TransferKind : byte
{
    Read,
    Write,

    /// <summary>Dataset Management with Deallocate, for as many blocks as a read or write has.</summary>
    Trim,

    /// <summary>Flush of the namespace.</summary>
    Flush,
}
