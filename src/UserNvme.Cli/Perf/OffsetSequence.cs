using System.Runtime.CompilerServices;

namespace UserNvme.Cli.Perf;

/// <summary>Where the transfers of one load go, in units of transfers: ascending with wrap-around, or uniformly random; and which are reads.</summary>
internal struct OffsetSequence
{
    private readonly ulong _count;
    private readonly bool _isRandom;
    private readonly uint _readPercent;
    private ulong _next;
    private ulong _random;

    /// <param name="count">How many places there are, 1 or more.</param>
    /// <param name="isRandom">Random instead of ascending.</param>
    /// <param name="readPercent">0 to 100.</param>
    /// <param name="first">The first place of an ascending sequence; taken modulo the count.</param>
    /// <param name="seed">Equal seeds give equal sequences.</param>
    public OffsetSequence(ulong count, bool isRandom, int readPercent, ulong first, ulong seed)
    {
        _count = count;
        _isRandom = isRandom;
        _readPercent = (uint)readPercent;
        _next = first % count;
        _random = seed;
    }

    /// <summary>The next place, 0 to count - 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong NextPlace()
    {
        if (_isRandom)
            return Math.BigMul(NextRandom(), _count, out _);
        var place = _next;
        _next = place + 1 == _count ? 0 : place + 1;
        return place;
    }

    /// <summary>Whether the next transfer is a write.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool NextIsWrite() => _readPercent != 100 && (_readPercent == 0 || !NextIsBelow(_readPercent));

    /// <summary>True so many times of 100.</summary>
    public bool NextIsBelow(uint percent) => (uint)((NextRandom() >> 32) * 100 >> 32) < percent;

    /// <summary>A number from 0 to below 1, in steps of 2^-53.</summary>
    public double NextFraction() => (NextRandom() >> 11) * (1.0 / (1UL << 53));

    // SplitMix64: one addition and two multiplications, and every 64-bit number once per period.
    private ulong NextRandom()
    {
        var z = _random += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
