using UserNvme.Memory;

namespace UserNvme.Queues;

/// <summary>The place of one command in flight. It lies in managed memory, where no device can write.</summary>
internal struct Slot<TState>
{
    /// <summary>What is added to an identifier while no command is in flight: no completion can name it then.</summary>
    public const uint Idle = 1 << 16;

    /// <summary>What the caller attached.</summary>
    public TState State;

    /// <summary>The buffer that the command holds a lease on until it ends; null for none.</summary>
    public DmaBuffer? Buffer;

    /// <summary>The identifier, with its generation, of the command in flight; or that of the next one plus <see cref="Idle"/>.</summary>
    public uint Command;

    /// <summary>How many scans for timeouts the command has seen.</summary>
    public ushort Age;

    /// <summary>While no command is in flight: the next such slot, or the number of slots behind the last one.</summary>
    public ushort NextFree;

    /// <summary>Whether a command is in flight.</summary>
    public readonly bool Busy => Command < Idle;
}
