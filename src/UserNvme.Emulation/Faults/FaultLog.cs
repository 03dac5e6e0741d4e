namespace UserNvme.Emulation;

/// <summary>The faults that were recorded; the first thousand are kept, all are counted. Thread-safe.</summary>
internal sealed class FaultLog
{
    private const int Kept = 1000;
    private readonly Lock _lock = new();
    private readonly List<EmulatedFault> _faults = [];
    private long _count;

    /// <summary>How many there were.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>A copy of those kept.</summary>
    public IReadOnlyList<EmulatedFault> ToList()
    {
        lock (_lock)
            return [.. _faults];
    }

    /// <summary>Records one.</summary>
    public void Add(EmulatedFault fault)
    {
        lock (_lock)
        {
            _count++;
            if (_faults.Count < Kept)
                _faults.Add(fault);
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _count = 0;
            _faults.Clear();
        }
    }
}
