using System.Numerics;

namespace UserNvme.Queues;

/// <summary>
/// Command identifiers of a queue: the slot in the low bits, a generation in what the depth leaves of the 16, so that a late
/// completion cannot be taken for the slot's next command. 0xFFFF is left out: the error log uses it for "no command".
/// </summary>
internal readonly struct CommandIds
{
    private const ushort Reserved = 0xFFFF;
    private readonly int _slotBits;

    public CommandIds(int slots) => _slotBits = BitOperations.Log2((uint)Math.Max(slots - 1, 1)) + 1;

    /// <summary>The slot that an identifier names; it may lie behind the last slot when the identifier comes from a device.</summary>
    public int SlotOf(ushort commandId) => commandId & ((1 << _slotBits) - 1);

    /// <summary>The identifier of a slot's first command.</summary>
    public static ushort First(int slot) => (ushort)slot;

    /// <summary>The identifier of a slot's next command.</summary>
    public ushort Next(ushort commandId)
    {
        var next = (ushort)(commandId + (1 << _slotBits));
        return next != Reserved ? next : (ushort)(next + (1 << _slotBits));
    }
}
