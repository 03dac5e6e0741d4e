namespace UserNvme.Memory;

/// <summary>
/// A domain whose device side is another process, which holds the memory by its descriptor. Memory that it does not give back must not be used
/// again, but this process may unmap it from itself: the other one writes to the file, not to these addresses.
/// </summary>
internal interface IForeignDomain : IDmaDomain;
