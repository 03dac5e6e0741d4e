using System.Runtime.CompilerServices;

namespace UserNvme.Emulation.Dma;

/// <summary>
/// The controller's way to the host's memory: each address is translated and checked, as an IOMMU would. Used within a step only.
/// </summary>
internal sealed unsafe class DeviceMemory(EmulatedDmaDomain domain)
{
    private DmaMappingTable _table = DmaMappingTable.Empty;
    private int _lastHit;

    /// <summary>The table in use; when it is another object than before, remembered translations are void.</summary>
    public DmaMappingTable Table => _table;

    /// <summary>Takes the domain's present table; called at the start of each step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Refresh()
    {
        var table = domain.Table;
        if (ReferenceEquals(table, _table)) return;
        _table = table;
        _lastHit = 0;
    }

    /// <summary>Translates the start of a range and tells how many bytes of it lie behind each other in the host's memory.</summary>
    /// <returns>The address, or null where <paramref name="iova"/> is not mapped.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Translate(ulong iova, ulong length, out ulong available)
    {
        // The same region is hit again and again: look there before searching.
        if (_lastHit < _table.Count)
        {
            ref readonly var mapping = ref _table[_lastHit];
            var offset = iova - mapping.First;
            if (offset < mapping.Length)
            {
                available = Math.Min(length, mapping.Length - offset);
                return mapping.Address + offset;
            }
        }

        return Search(iova, length, out available);
    }

    /// <summary>Translates a range that must lie behind each other in the host's memory as a whole; null where it does not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* TranslateWhole(ulong iova, ulong length)
    {
        var address = Translate(iova, length, out var available);
        return available == length ? address : null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte* Search(ulong iova, ulong length, out ulong available)
    {
        var index = _table.Find(iova);
        if (index < 0)
        {
            available = 0;
            return null;
        }

        _lastHit = index;
        ref readonly var mapping = ref _table[index];
        var offset = iova - mapping.First;
        available = Math.Min(length, mapping.Length - offset);
        return mapping.Address + offset;
    }
}
