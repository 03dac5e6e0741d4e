using UserNvme.Emulation.Dma;

namespace UserNvme.Emulation.Queues;

/// <summary>
/// The pages of the host's memory that Doorbell Buffer Config named (NVMe Base 2.0, 5.8): the host writes the one with the shadows of the
/// doorbells, the controller the one with the event indexes. Used within a step only.
/// </summary>
internal sealed unsafe class ShadowPages
{
    private DmaMappingTable? _table;
    private byte* _shadows;
    private byte* _eventIndexes;

    /// <summary>
    /// How many times a shadow is looked at in vain before the controller asks for the register to be written: 1, or more where somebody steps it
    /// all the time.
    /// </summary>
    public int LooksInVain { get; set; } = 1;

    /// <summary>Bytes of each page; 0 where the host has named none.</summary>
    public ulong Length { get; private set; }

    /// <summary>The IOVA of the shadows.</summary>
    public ulong Shadows { get; private set; }

    /// <summary>The IOVA of the event indexes.</summary>
    public ulong EventIndexes { get; private set; }

    /// <summary>Uses other pages from now on, or with a length of 0 none.</summary>
    public void Set(ulong shadows, ulong eventIndexes, ulong length)
    {
        (Shadows, EventIndexes, Length) = (shadows, eventIndexes, length);
        _table = null;
        _shadows = _eventIndexes = null;
    }

    /// <summary>Finds the pages again where the mappings have changed; before the doorbells are looked at.</summary>
    /// <returns>False where they cannot be reached any more.</returns>
    public bool Refresh(DeviceMemory memory)
    {
        if (Length == 0 || ReferenceEquals(_table, memory.Table)) return true;
        _shadows = memory.TranslateLasting(Shadows, Length, DmaDirection.Read);
        _eventIndexes = memory.TranslateLasting(EventIndexes, Length, DmaDirection.Write);
        if (_shadows == null || _eventIndexes == null) return false;
        _table = memory.Table;
        return true;
    }

    /// <summary>The shadow of the doorbell at an offset of the page.</summary>
    public uint* Shadow(int place) => (uint*)(_shadows + place);

    /// <summary>The event index of the doorbell at an offset of the page.</summary>
    public uint* EventIndex(int place) => (uint*)(_eventIndexes + place);
}
