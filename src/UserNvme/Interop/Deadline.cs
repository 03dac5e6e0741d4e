using System.Diagnostics;

namespace UserNvme.Interop;

/// <summary>The end of a wait that has several steps: no step starts the time anew.</summary>
internal readonly struct Deadline
{
    private readonly long _end;

    private Deadline(long end) => _end = end;

    /// <summary>The moment that lies this far ahead.</summary>
    /// <param name="time">0 or more, at most some days.</param>
    public static Deadline After(TimeSpan time) => new(Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency));

    /// <summary>Milliseconds that are left, rounded up; 0 when the time is over.</summary>
    public int Milliseconds
    {
        get
        {
            var left = _end - Stopwatch.GetTimestamp();
            return left <= 0 ? 0 : (int)Math.Min(int.MaxValue, 1 + (left * 1000 / Stopwatch.Frequency));
        }
    }
}
