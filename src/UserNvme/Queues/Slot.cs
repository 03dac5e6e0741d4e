using UserNvme.Memory;

namespace UserNvme.Queues;

/// <summary>The place of one command in flight. It lies in managed memory, where no device can write.</summary>
internal struct Slot<TState>
{
    /// <summary>What the caller attached.</summary>
    public TState State;

    /// <summary>The buffer that the command holds a lease on until it ends; null for none.</summary>
    public DmaBuffer? Buffer;

    /// <summary>The command identifier, with its generation, of the command in flight or of the last one.</summary>
    public ushort CommandId;

    /// <summary>How many scans for timeouts it has seen.</summary>
    public ushort Age;

    /// <summary>Whether a command is in flight.</summary>
    public bool Busy;
}
