using System.Diagnostics;
using System.Globalization;
using Tmds.Linux;

namespace UserNvme.Tests.Emulated.Hosting;

/// <summary>The sample of docs/how-to/worker-service.md as a process of its own, stopped the way a service manager does it.</summary>
public sealed class WorkerSampleTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task The_worker_is_stopped_by_SIGTERM_under_load_in_order()
    {
        using var worker = Start();
        var lines = new List<string>();
        await ReadUntilAsync(worker, lines, l => l.Contains(" reads, ", StringComparison.Ordinal) && !l.Contains(" 0 reads", StringComparison.Ordinal));

        Assert.Equal(0, LibC.kill(worker.Id, LibC.SIGTERM));
        await ReadUntilAsync(worker, lines, l => l == "stopped in order");
        await worker.WaitForExitAsync().WaitAsync(s_limit);

        Assert.Equal(0, worker.ExitCode);
        Assert.All(lines.Where(l => l.Contains(" reads, ", StringComparison.Ordinal)), l => Assert.EndsWith(" 0 mismatches", l, StringComparison.Ordinal));
        var last = lines.FindLastIndex(l => l.Contains(" reads, ", StringComparison.Ordinal));
        var closed = lines.FindIndex(l => l.Contains("Closed controller 'data'", StringComparison.Ordinal));
        Assert.True(last < closed, string.Join('\n', lines));
    }

    [Fact]
    public async Task A_wrong_address_ends_the_worker_with_one_sentence()
    {
        using var worker = Start("--UserNvme:Controllers:data:Address=emulated:?size=odd");

        var output = worker.StandardOutput.ReadToEndAsync();
        var errors = await worker.StandardError.ReadToEndAsync().WaitAsync(s_limit);
        await output;
        await worker.WaitForExitAsync().WaitAsync(s_limit);

        Assert.Equal(1, worker.ExitCode);
        Assert.StartsWith("Controller 'data' of the configuration cannot be opened: ", Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(
        Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet",
        [Path.Combine(AppContext.BaseDirectory, "UserNvme.Worker.dll"), "--Logging:Console:FormatterName=systemd", .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static async Task ReadUntilAsync(Process worker, List<string> lines, Predicate<string> wanted)
    {
        using var limit = new CancellationTokenSource(s_limit);
        while (await worker.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            lines.Add(line);
            if (wanted(line)) return;
        }

        Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"The worker ended after {lines.Count} lines:\n{string.Join('\n', lines)}"));
    }
}
