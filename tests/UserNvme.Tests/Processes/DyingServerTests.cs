using System.Diagnostics;
using Tmds.Linux;
using UserNvme.Block;
using UserNvme.Cli.Frame;
using UserNvme.Controllers;
using UserNvme.Spec;

namespace UserNvme.Tests.Processes;

/// <summary>A server that is killed, or stops answering, in mid-load.</summary>
[Collection(nameof(Alone))]
public class DyingServerTests(ITestOutputHelper output)
{
    private const int WarmUp = 5;
    private const int Kills = 100;
    private const int ToolKills = 20;
    private const int Loops = 8;

    // A dead server is noticed by its closed socket, not by a time that has passed; this only tells a hang.
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_server_killed_100_times_ends_every_operation_with_an_error_and_the_process_goes_on()
    {
        using var folder = new ServedFolder();
        var before = default(ProcessUse);
        var longest = TimeSpan.Zero;
        for (var round = -WarmUp; round < Kills; round++)
        {
            if (round == 0) before = ProcessUse.Of(Environment.ProcessId);
            using var server = ToolProcess.Serve(folder.Path);
            var driver = await folder.OpenAsync();
            var loops = StartLoops(driver, out var counters);
            while (counters.Any(c => Volatile.Read(ref c.Value) < 20) && !loops.Any(loop => loop.IsCompleted)) await Task.Delay(1);

            await server.KillAsync();
            var since = Stopwatch.StartNew();
            var errors = await Task.WhenAll(loops).WaitAsync(s_bound);
            longest = since.Elapsed > longest ? since.Elapsed : longest;

            Assert.All(errors, e => Assert.True(e is NvmeException { Fate: CommandFate.Unknown or CommandFate.NotSubmitted }, e.ToString()));
            Assert.All(errors, e => AssertSentence(e.Message));
            await driver.DisposeAsync().AsTask().WaitAsync(s_bound);
        }

        await ProcessUse.AssertReturnedAsync(Environment.ProcessId, before!);
        output.WriteLine($"{Kills} servers killed; all operations ended within {longest.TotalMilliseconds:0} ms; client {before} -> {ProcessUse.Of(Environment.ProcessId)}");
    }

    [Fact]
    public async Task The_tool_says_in_one_line_that_its_server_was_killed()
    {
        using var folder = new ServedFolder();
        for (var round = 0; round < ToolKills; round++)
        {
            using var server = ToolProcess.Serve(folder.Path);
            using var client = ToolProcess.Load(folder.Path);
            await client.UntilUnderLoadAsync();

            await server.KillAsync();
            var (code, _, error) = await client.EndAsync();

            Assert.Contains((ExitCode)code, new[] { ExitCode.DeviceFailed, ExitCode.FateUnknown, ExitCode.NotSubmitted });
            // Before it the log may have its say, of the kind of memory and, where it is faster, of the controller's death.
            var lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            AssertSentence(lines[^1]);
            Assert.Contains($"the vfio-user server at {folder.Path}/cntrl is gone", lines[^1], StringComparison.Ordinal);
            Assert.InRange(lines.Length, 1, 3);
            Assert.InRange(lines.Count(line => line.Contains("is dead", StringComparison.Ordinal)), 0, 1);
        }
    }

    [Fact]
    public async Task A_server_that_stops_answering_in_mid_load_is_given_up_within_a_bound()
    {
        using var folder = new ServedFolder();
        using var server = ToolProcess.Serve(folder.Path);
        var driver = await folder.OpenAsync(new NvmeControllerOptions { CommandTimeout = TimeSpan.FromSeconds(3) });
        var loops = StartLoops(driver, out var counters);
        while (counters.Any(c => Volatile.Read(ref c.Value) < 20) && !loops.Any(loop => loop.IsCompleted)) await Task.Delay(1);

        server.Signal(LibC.SIGSTOP);
        // The command's timeout, then one unanswered request, which is waited for 10 s.
        var errors = await Task.WhenAll(loops).WaitAsync(TimeSpan.FromSeconds(40));
        await driver.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(40));
        server.Signal(LibC.SIGCONT);

        Assert.All(errors, e => Assert.IsType<NvmeException>(e));
        await using var next = await folder.OpenAsync();
        Assert.Single(next.Namespaces);
    }

    private static Task<Exception>[] StartLoops(NvmeController driver, out StrongBox[] counters)
    {
        var disk = NvmeBlockDevice.Open(driver, new NamespaceId(1));
        var all = counters = [.. Enumerable.Range(0, Loops).Select(_ => new StrongBox())];
        return [.. Enumerable.Range(0, Loops).Select(i => Task.Run(() => LoopAsync(disk, i, all[i])))];
    }

    private static async Task<Exception> LoopAsync(NvmeBlockDevice disk, int loop, StrongBox counter)
    {
        using var buffer = disk.RentBuffer(16 << 10);
        try
        {
            while (true)
            {
                await disk.WriteAsync(buffer.Memory, loop * (1L << 20));
                await disk.ReadAsync(buffer.Memory, loop * (1L << 20));
                Interlocked.Increment(ref counter.Value);
            }
        }
        catch (Exception e) when (e is NvmeException or ObjectDisposedException)
        {
            return e;
        }
    }

    private static void AssertSentence(string message)
    {
        Assert.DoesNotContain('\n', message);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
        Assert.Contains("vfio-user:", message, StringComparison.Ordinal);
    }

    private sealed class StrongBox
    {
        public int Value;
    }
}
