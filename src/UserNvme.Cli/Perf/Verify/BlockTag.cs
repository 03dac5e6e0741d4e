namespace UserNvme.Cli.Perf.Verify;

/// <summary>Whose data a block holds: what is written at its beginning and goes into all of its bytes.</summary>
/// <param name="Run">A random number of the run.</param>
/// <param name="Device">The device's number in the run.</param>
/// <param name="NamespaceId">The namespace.</param>
/// <param name="Lba">The logical block.</param>
/// <param name="Generation">How often the run had written it by then: 1 or more.</param>
internal readonly record struct BlockTag(ulong Run, uint Device, uint NamespaceId, ulong Lba, uint Generation);
