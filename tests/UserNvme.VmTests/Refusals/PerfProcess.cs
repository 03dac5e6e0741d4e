using System.Diagnostics;
using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Refusals;

/// <summary>A `usernvme perf` that holds a controller until it is disposed, which interrupts it and waits for its orderly end.</summary>
internal sealed class PerfProcess : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly Process _process;

    public PerfProcess(GuestController controller)
    {
        _process = Process.Start(new ProcessStartInfo(Tool.Path, ["perf", controller.Address, "-q", "1", "-o", "4096", "-w", "randread", "-t", "600"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var waited = Stopwatch.StartNew();
        while (!Holds(controller))
        {
            if (_process.HasExited || waited.Elapsed > s_limit) throw new InvalidOperationException($"perf did not open {controller.Address}: {_process.StandardError.ReadToEnd()}");
            Thread.Sleep(20);
        }
    }

    public int Id => _process.Id;

    public bool IsRunning => !_process.HasExited;

    public void Dispose()
    {
        ProcessResult.Of("kill", "-INT", $"{_process.Id}").Succeeded();
        if (!_process.WaitForExit(s_limit))
        {
            _process.Kill();
            throw new TimeoutException($"perf did not end within {s_limit} after SIGINT.");
        }
        _process.Dispose();
    }

    private bool Holds(GuestController controller) => !_process.HasExited
        && Directory.GetFiles($"/proc/{_process.Id}/fd").Any(file => new FileInfo(file).LinkTarget == $"/dev/vfio/{controller.IommuGroup}");
}
