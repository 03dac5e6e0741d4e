using System.Diagnostics;
using System.Text.Json;
using UserNvme.Cli.Frame;

namespace UserNvme.Tests.Cli;

/// <summary>The program as a process of its own: signals, pipes, and what reaches the real stdout and stderr.</summary>
public class ProgramTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task A_signal_ends_perf_in_good_order_with_the_figures_so_far(string signal)
    {
        using var program = Start("perf", "emulated:?size=16M", "-q", "2", "-t", "600", "-a", "0", "--output-format", "json", "--debug");
        await UntilRunning(program);

        Process.Start("kill", [$"-{signal}", $"{program.Id}"]).WaitForExit();
        var (code, output, error) = await EndOf(program, input: "");

        Assert.Equal((int)ExitCode.Interrupted, code);
        Assert.True(JsonDocument.Parse(output).RootElement.GetProperty("interrupted").GetBoolean());
        Assert.Contains("usernvme: Interrupted", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_that_ends_too_early_writes_nothing()
    {
        using var program = Start("write", "emulated:", "-n", "1", "-d", "-");

        var (code, output, error) = await EndOf(program, input: "too short");

        Assert.Equal(
            ((int)ExitCode.File, "", "usernvme: The standard stream ends after 9 of 512 bytes; nothing was written.\n"),
            (code, output, error));
    }

    [Fact]
    public async Task An_unknown_option_is_one_sentence_on_stderr_and_nothing_on_stdout()
    {
        using var program = Start("perf", "emulated:", "--nonsense");

        var result = await EndOf(program, input: "");

        Assert.Equal(((int)ExitCode.Usage, "", "usernvme: usernvme perf has no option '--nonsense'; see 'usernvme perf --help'.\n"), result);
    }

    private static Process Start(params string[] args) => Process.Start(
        new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "UserNvme.Cli.dll"), .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    // The line of the driver's log that tells that the controller is up.
    private static async Task UntilRunning(Process program)
    {
        using var limit = new CancellationTokenSource(s_patience);
        string? line;
        do
            line = await program.StandardError.ReadLineAsync(limit.Token);
        while (line is not null && !line.Contains("active namespaces", StringComparison.Ordinal));
        Assert.NotNull(line);
    }

    private static async Task<(int Code, string Output, string Error)> EndOf(Process program, string input)
    {
        using var limit = new CancellationTokenSource(s_patience);
        await program.StandardInput.WriteAsync(input.AsMemory(), limit.Token);
        program.StandardInput.Close();
        var output = program.StandardOutput.ReadToEndAsync(limit.Token);
        var error = program.StandardError.ReadToEndAsync(limit.Token);
        await program.WaitForExitAsync(limit.Token);
        return (program.ExitCode, await output, await error);
    }
}
