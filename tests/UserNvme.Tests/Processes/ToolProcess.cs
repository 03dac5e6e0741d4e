using System.Diagnostics;
using Tmds.Linux;

namespace UserNvme.Tests.Processes;

/// <summary>A process of the published `usernvme`, which USERNVME_TOOL names. Disposing kills it if it still runs.</summary>
internal sealed class ToolProcess : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _error;
    private readonly Task<string> _output;

    private ToolProcess(params string[] arguments)
    {
        var tool = Environment.GetEnvironmentVariable("USERNVME_TOOL") ?? throw new InvalidOperationException("USERNVME_TOOL has to name the published usernvme.");
        _process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        if (arguments[0] == "emulate") FirstLine = _process.StandardOutput.ReadLineAsync().WaitAsync(Limit).GetAwaiter().GetResult();
        _error = _process.StandardError.ReadToEndAsync();
        _output = _process.StandardOutput.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    private string? FirstLine { get; }

    /// <summary>A server, listening.</summary>
    public static ToolProcess Serve(string folder, params string[] options)
    {
        var server = new ToolProcess(["emulate", "--socket", $"{folder}/cntrl", "--size", "16M", .. options]);
        Assert.StartsWith("Serving vfio-user:", server.FirstLine, StringComparison.Ordinal);
        return server;
    }

    /// <summary>A client that keeps 32 reads in flight for a minute.</summary>
    public static ToolProcess Load(string folder) => new("perf", $"vfio-user:{folder}", "-q", "32", "-o", "4096", "-w", "randread", "-t", "60", "-a", "0");

    /// <summary>Returns when the load has run for some hundredths of a second.</summary>
    public async Task UntilUnderLoadAsync()
    {
        for (var i = 0; i < 10_000; i++)
        {
            if (ProcessUse.Worked(Id, "perf core") >= 3) return;
            Assert.False(HasExited, _error.IsCompleted ? _error.Result : "");
            await Task.Delay(3);
        }

        Assert.Fail("The load did not begin.");
    }

    public void Signal(int number) => Assert.Equal(0, LibC.kill(Id, number));

    public async Task KillAsync()
    {
        Signal(LibC.SIGKILL);
        await _process.WaitForExitAsync().WaitAsync(Limit);
    }

    /// <summary>How it ended and what it said, once it has ended by itself.</summary>
    public async Task<(int ExitCode, string Output, string Error)> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Limit);
        return (_process.ExitCode, await _output, await _error);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
