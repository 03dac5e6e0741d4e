using System.Numerics;

namespace UserNvme.Queues;

/// <summary>
/// Command identifiers of a queue: the slot in the low bits, a generation in what the depth leaves of the 16, so that a late
/// completion cannot be taken for the slot's next command. 0xFFFF is left out: the error log uses it for "no command".
/// </summary>
internal readonly struct CommandIds
{
    private const uint Reserved = 0xFFFF;
    private readonly uint _slotMask;

    public CommandIds(int slots) => _slotMask = BitOperations.RoundUpToPowerOf2((uint)Math.Max(slots, 2)) - 1;

    /// <summary>The slot that an identifier names; it may lie behind the last slot when the identifier comes from a device.</summary>
    public uint SlotOf(uint commandId) => commandId & _slotMask;

    /// <summary>The identifier of a slot's first command.</summary>
    public static uint First(int slot) => (uint)slot;

    /// <summary>The identifier of a slot's next command.</summary>
    public uint Next(uint commandId)
    {
        var next = (commandId + _slotMask + 1) & 0xFFFF;
        return next != Reserved ? next : (next + _slotMask + 1) & 0xFFFF;
    }
}
