namespace UserNvme.Emulation.Dma;

/// <summary>
/// What is mapped at one moment, sorted by IOVA. Immutable: a change makes a new table, so that the device's side reads it without a lock
/// and sees by its identity that what it remembered of the old one is void.
/// </summary>
internal sealed class DmaMappingTable
{
    private readonly DmaMapping[] _mappings;

    private DmaMappingTable(DmaMapping[] mappings) => _mappings = mappings;

    /// <summary>Nothing is mapped.</summary>
    public static DmaMappingTable Empty { get; } = new([]);

    /// <summary>Number of mappings.</summary>
    public int Count => _mappings.Length;

    /// <summary>The mapping at a place of the sorted table.</summary>
    public ref readonly DmaMapping this[int index] => ref _mappings[index];

    /// <summary>The index of the mapping that holds an IOVA, or -1.</summary>
    public int Find(ulong iova)
    {
        int low = 0, high = _mappings.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            ref readonly var mapping = ref _mappings[middle];
            if (iova < mapping.First)
                high = middle - 1;
            else if (iova - mapping.First >= mapping.Length)
                low = middle + 1;
            else
                return middle;
        }

        return -1;
    }

    /// <summary>Whether any mapping shares an address with the range.</summary>
    public bool Overlaps(ulong first, ulong length)
    {
        foreach (ref readonly var mapping in _mappings.AsSpan())
        {
            if (first <= mapping.First + (mapping.Length - 1) && mapping.First <= first + (length - 1))
                return true;
        }

        return false;
    }

    /// <summary>This table and one more mapping, which overlaps none.</summary>
    public DmaMappingTable With(in DmaMapping mapping)
    {
        var index = 0;
        while (index < _mappings.Length && _mappings[index].First < mapping.First)
            index++;
        var mappings = new DmaMapping[_mappings.Length + 1];
        Array.Copy(_mappings, mappings, index);
        mappings[index] = mapping;
        Array.Copy(_mappings, index, mappings, index + 1, _mappings.Length - index);
        return new DmaMappingTable(mappings);
    }

    /// <summary>This table without one of its mappings.</summary>
    public DmaMappingTable Without(int index)
    {
        var mappings = new DmaMapping[_mappings.Length - 1];
        Array.Copy(_mappings, mappings, index);
        Array.Copy(_mappings, index + 1, mappings, index, mappings.Length - index);
        return new DmaMappingTable(mappings);
    }
}
