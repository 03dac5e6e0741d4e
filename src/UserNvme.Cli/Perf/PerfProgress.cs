using System.Globalization;
using UserNvme.Cli.Frame;
using UserNvme.Cli.Perf.Steady;
using UserNvme.Cli.Perf.Verify;

namespace UserNvme.Cli.Perf;

/// <summary>The line that tells a person at a terminal how the run goes; silent where stderr is not a terminal. And, with -Q, what failed.</summary>
internal sealed class PerfProgress(ToolConsole console)
{
    private const string EraseLine = "\r\u001b[K";
    private long _errorsTold;
    private TimeSpan _shownAt;
    private bool _shown;

    public void Show(TimeSpan elapsed, PerfSettings settings, double iops, IEnumerable<PerfLoad> loads, SteadyStateDetector? steady)
    {
        if (!console.ErrorIsTerminal)
            return;
        var done = Math.Clamp(elapsed / settings.Duration, 0, 1);
        var (sum, count) = loads.SelectMany(load => load.Latencies).Aggregate((0.0, 0L), (all, latency) => (all.Item1 + latency.Total, all.Item2 + latency.Count));
        var state = steady is null ? "" : $", window {steady.Samples.Count} of {steady.Rule.Window} s";
        Write(string.Create(CultureInfo.InvariantCulture,
            $"{elapsed.TotalSeconds:0} s of {settings.Duration.TotalSeconds:0} s ({done:0 %}): {iops:#,0} IOPS, {iops * settings.IoSize / (1 << 20):#,0.0} MiB/s, average latency {sum / Math.Max(1, count) / 1000:#,0.0} us{state}"));
    }

    public void ShowReadBack(TimeSpan elapsed, VerifyLog log)
    {
        if (!console.ErrorIsTerminal || elapsed - _shownAt < TimeSpan.FromMilliseconds(500))
            return;
        _shownAt = elapsed;
        Write(string.Create(CultureInfo.InvariantCulture, $"Reading back: {log.Verified:#,0} blocks checked, {log.Mismatches:#,0} wrong"));
    }

    /// <summary>With -Q N: tells each N-th failure, the latest of them as it was.</summary>
    public void TellErrors(int every, IEnumerable<PerfLoad> loads)
    {
        if (every == 0)
            return;
        var errors = loads.Sum(load => load.Errors);
        if (errors / every == _errorsTold / every)
            return;
        _errorsTold = errors;
        Clear();
        var last = loads.Select(load => load.LastError).LastOrDefault(error => error is not null);
        console.Error.WriteLine($"usernvme: {errors} transfer(s) failed so far, the latest: {last?.Message}");
    }

    /// <summary>Takes the line away.</summary>
    public void Clear()
    {
        if (_shown)
            console.Error.Write(EraseLine);
        _shown = false;
    }

    private void Write(string line)
    {
        _shown = true;
        console.Error.Write(EraseLine + line);
    }
}
