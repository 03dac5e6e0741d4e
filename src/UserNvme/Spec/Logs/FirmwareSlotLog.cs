using System.Runtime.InteropServices;

namespace UserNvme.Spec;

/// <summary>
/// The Firmware Slot Information log page, 03h (NVMe Base 2.0, figure 208).
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 512)]
public struct FirmwareSlotLog
{
    /// <summary>Active firmware info: slot in use (bits 2:0), slot at the next reset (bits 6:4, 0 for none reported).</summary>
    [FieldOffset(0)] public byte Afi;

    /// <summary>Firmware revisions of slots 1 to 7, ASCII; all zero for an empty slot.</summary>
    [FieldOffset(8)] public FirmwareRevisions Frs;

    /// <summary>Copies the structure out of what the controller returned; nothing is checked, see the members.</summary>
    /// <param name="data">At least 512 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="data"/> is shorter than that.</exception>
    public static FirmwareSlotLog Parse(ReadOnlySpan<byte> data) => MemoryMarshal.Read<FirmwareSlotLog>(data);

    /// <summary>The slot whose firmware runs now: 1 to 7, 0 where the controller reports none.</summary>
    public readonly int ActiveSlot => Afi & 7;

    /// <summary>The slot whose firmware runs after the next reset: 1 to 7, 0 for the active one.</summary>
    public readonly int NextSlot => (Afi >> 4) & 7;

    /// <summary>The firmware revision in a slot, without padding; empty for an empty slot.</summary>
    /// <param name="slot">1 to 7.</param>
    public readonly string Revision(int slot)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slot, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slot, 7);
        return SpecText.Ascii(Frs[slot - 1]);
    }
}
