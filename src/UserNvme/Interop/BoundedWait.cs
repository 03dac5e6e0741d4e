using System.Diagnostics;

namespace UserNvme.Interop;

/// <summary>Waits for a device without a hot loop and never for ever (rule 3). Cold path only.</summary>
internal static class BoundedWait
{
    /// <summary>Looks until the condition holds, with pauses that double from 1 ms to 100 ms.</summary>
    /// <param name="condition">What is waited for; looked at once more when the time is over.</param>
    /// <param name="limit">The longest wait.</param>
    /// <param name="cancellation">Ends the wait early, as when the device is removed.</param>
    /// <returns>Whether the condition held in time.</returns>
    public static bool Until(Func<bool> condition, TimeSpan limit, CancellationToken cancellation = default)
    {
        var longestPause = TimeSpan.FromMilliseconds(100);
        var pause = TimeSpan.FromMilliseconds(1);
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (cancellation.IsCancellationRequested || Stopwatch.GetElapsedTime(start) >= limit)
                return condition();
            cancellation.WaitHandle.WaitOne(pause);
            pause = pause < longestPause / 2 ? pause * 2 : longestPause;
        }

        return true;
    }
}
