using System.Numerics;

namespace UserNvme.Memory;

/// <summary>
/// Hands out runs of granules of one region: exact sizes, constant time, neighbours merged at once. All of its bookkeeping is managed
/// memory, for a device could write over anything that lies in the region itself (rule 2). Not thread-safe: the heap's lock guards it.
/// </summary>
internal sealed class RunAllocator
{
    private const int None = -1;

    // A free run [s, s+n) has n at both of its ends, so that a run that comes back finds its neighbours; all else is 0.
    private readonly int[] _tag;
    private readonly int[] _next;
    private readonly int[] _previous;

    // Bin b lists the free runs of 2^b to 2^(b+1)-1 granules; bit b of the mask says that it is not empty.
    private readonly int[] _bins = new int[32];
    private uint _occupied;

    /// <summary>All granules are free at first.</summary>
    public RunAllocator(int granules)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(granules);
        _tag = new int[granules];
        _next = new int[granules];
        _previous = new int[granules];
        Array.Fill(_bins, None);
        Granules = granules;
        Free = granules;
        Insert(0, granules);
    }

    /// <summary>How many granules there are.</summary>
    public int Granules { get; }

    /// <summary>How many granules are free.</summary>
    public int Free { get; private set; }

    /// <summary>Takes <paramref name="count"/> granules whose first one is a multiple of <paramref name="alignment"/>.</summary>
    /// <param name="count">1 or more.</param>
    /// <param name="alignment">In granules, a power of two.</param>
    /// <returns>The first granule, or -1 if no free run is large enough.</returns>
    public int Take(int count, int alignment)
    {
        if (count > Free) return None;

        // Any run in these bins is long enough before alignment, so the first one nearly always serves.
        var floor = BitOperations.Log2((uint)count);
        var sure = BitOperations.IsPow2(count) ? floor : floor + 1;
        for (var bins = _occupied & (uint.MaxValue << sure); bins != 0; bins &= bins - 1)
        {
            var start = TakeFrom(BitOperations.TrailingZeroCount(bins), count, alignment);
            if (start != None) return start;
        }

        return sure > floor && (_occupied & (1u << floor)) != 0 ? TakeFrom(floor, count, alignment) : None;
    }

    /// <summary>Gives granules back. They must have been taken, all of them, and be given back once.</summary>
    public void Give(int start, int count)
    {
        Free += count;
        var end = start + count;
        if (end < Granules && _tag[end] != 0)
        {
            var after = _tag[end];
            Remove(end, after);
            end += after;
        }

        if (start > 0 && _tag[start - 1] != 0)
        {
            var before = _tag[start - 1];
            start -= before;
            Remove(start, before);
        }

        Insert(start, end - start);
    }

    private int TakeFrom(int bin, int count, int alignment)
    {
        for (var run = _bins[bin]; run != None; run = _next[run])
        {
            var length = _tag[run];
            var start = (run + alignment - 1) & -alignment;
            if (start - run > length - count) continue;
            Remove(run, length);
            if (start > run) Insert(run, start - run);
            if (run + length > start + count) Insert(start + count, run + length - start - count);
            Free -= count;
            return start;
        }

        return None;
    }

    private void Insert(int start, int length)
    {
        var bin = BitOperations.Log2((uint)length);
        _tag[start] = length;
        _tag[start + length - 1] = length;
        _previous[start] = None;
        _next[start] = _bins[bin];
        if (_bins[bin] != None) _previous[_bins[bin]] = start;
        _bins[bin] = start;
        _occupied |= 1u << bin;
    }

    private void Remove(int start, int length)
    {
        var bin = BitOperations.Log2((uint)length);
        var (previous, next) = (_previous[start], _next[start]);
        if (previous == None) _bins[bin] = next;
        else _next[previous] = next;
        if (next != None) _previous[next] = previous;
        if (_bins[bin] == None) _occupied &= ~(1u << bin);
        _tag[start] = 0;
        _tag[start + length - 1] = 0;
    }
}
