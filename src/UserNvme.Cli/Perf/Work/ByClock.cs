using System.Diagnostics;

namespace UserNvme.Cli.Perf.Work;

/// <summary>
/// Transfers are due at equal distances, whatever becomes of those before them; their latency counts from when they were due. One that finds
/// -q in flight waits for a free slot and is not forgotten (no coordinated omission).
/// </summary>
internal struct ByClock : IPace<ByClock>
{
    private double _interval;
    private double _offset;
    private int[] _free;
    private int _freeCount;
    private long _begun;
    private long _taken;
    private long _blockedAt;
    private long _started;
    private long _waited;
    private long _sumLag;
    private long _maxLag;
    private long _next;

    public static bool IsByClock => true;

    public static ByClock Create(PerfSettings settings, LoadShare share, int slots)
    {
        var interval = Stopwatch.Frequency * (double)share.OfAll / settings.Rate;
        return new ByClock
        {
            _interval = interval,
            _offset = interval * share.Number / share.OfAll,
            _free = [.. Enumerable.Range(0, slots)],
            _freeCount = slots,
        };
    }

    public void Begin(long now)
    {
        _begun = now + (long)_offset;
        _next = _begun;
    }

    public void BeginMeasuring()
    {
        _started = _waited = _sumLag = _maxLag = 0;
    }

    public bool TryTakeDue(long now, out int index, out long due)
    {
        due = _next;
        index = 0;
        if (now < due)
            return false;
        if (_freeCount == 0)
        {
            _blockedAt = now;
            return false;
        }

        index = _free[--_freeCount];
        // From the count, not from the one before: rounding must not add up.
        _next = _begun + (long)(++_taken * _interval);
        Count(now - due, due <= _blockedAt);
        return true;
    }

    public void GiveBack(int index) => _free[_freeCount++] = index;

    public readonly PaceReport? Report(long now) => new()
    {
        Started = _started,
        Waited = _waited,
        SumLag = _sumLag,
        MaxLag = _maxLag,
        Backlog = now < _next ? 0 : 1 + (long)((now - _next) / _interval),
        Behind = Math.Max(0, now - _next),
    };

    private void Count(long lag, bool waited)
    {
        _started++;
        _waited += waited ? 1 : 0;
        _sumLag += lag;
        _maxLag = Math.Max(_maxLag, lag);
    }
}
