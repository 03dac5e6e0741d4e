namespace UserNvme.Tests.Processes;

/// <summary>Counts what this process has open, so that no other test may run beside it.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
