namespace UserNvme.Cli.Perf.Verify;

/// <summary>
/// How often each place of a range was written, in host memory: 4 bytes a place. And which places have a transfer in flight: two at the same
/// time would leave it open what a read returns. Not thread-safe.
/// </summary>
internal sealed class GenerationTable(ulong count)
{
    private const uint Busy = 1u << 31;
    private const uint Unknown = 1u << 30;
    private const uint Generation = Unknown - 1;

    // Pages that are never written to cost nothing.
    private readonly uint[] _entries = new uint[checked((int)count)];
    private int _next;

    /// <summary>The most places that a table can have.</summary>
    public static ulong MaxCount => (ulong)Array.MaxLength;

    /// <summary>Takes a place that is free: the wanted one or the next one behind it. There are more places than transfers.</summary>
    public int Take(int wanted)
    {
        var place = wanted;
        while ((_entries[place] & Busy) != 0)
        {
            if (++place == _entries.Length)
                place = 0;
        }

        _entries[place] |= Busy;
        return place;
    }

    /// <summary>Takes the next place whose data are known, in order from the first one on; -1 after the last.</summary>
    public int TakeNextKnown()
    {
        while (_next < _entries.Length && Known(_next) == 0)
            _next++;
        if (_next == _entries.Length)
            return -1;
        _entries[_next] |= Busy;
        return _next++;
    }

    public void GiveBack(int place) => _entries[place] &= ~Busy;

    /// <summary>The generation that is on the medium for sure; 0 if none is.</summary>
    public uint Known(int place) => (_entries[place] & Unknown) != 0 ? 0 : _entries[place] & Generation;

    /// <summary>The generation of a write that begins. What is on the medium is unknown from now on: the write may fail and have happened or not.</summary>
    public uint BeginWrite(int place)
    {
        var generation = ((_entries[place] & Generation) % Generation) + 1;
        _entries[place] = (_entries[place] & Busy) | Unknown | generation;
        return generation;
    }

    /// <summary>The write that began has succeeded.</summary>
    public void EndWrite(int place) => _entries[place] &= ~Unknown;

    /// <summary>What is on the medium is unknown from now on.</summary>
    public void Forget(int place) => _entries[place] |= Unknown;
}
