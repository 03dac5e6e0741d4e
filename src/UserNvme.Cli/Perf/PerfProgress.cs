using System.Globalization;
using UserNvme.Cli.Frame;

namespace UserNvme.Cli.Perf;

/// <summary>The line that tells a person at a terminal how the run goes; silent where stderr is not a terminal.</summary>
internal sealed class PerfProgress(ToolConsole console)
{
    private long _lastCount;
    private TimeSpan _lastAt;
    private bool _shown;

    public void Show(TimeSpan elapsed, TimeSpan duration, long count, int ioSize)
    {
        if (!console.ErrorIsTerminal)
            return;
        var seconds = Math.Max(1e-3, (elapsed - _lastAt).TotalSeconds);
        var iops = (count - _lastCount) / seconds;
        (_lastCount, _lastAt, _shown) = (count, elapsed, true);
        console.Error.Write(string.Create(CultureInfo.InvariantCulture,
            $"\r\u001b[K{elapsed.TotalSeconds:0} s of {duration.TotalSeconds:0} s: {iops:#,0} IOPS, {iops * ioSize / (1 << 20):#,0.0} MiB/s"));
    }

    /// <summary>Takes the line away.</summary>
    public void Clear()
    {
        if (_shown)
            console.Error.Write("\r\u001b[K");
        _shown = false;
    }
}
