using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Hosting;

/// <summary>The sample of docs/how-to/worker-service.md on a real controller.</summary>
public partial class WorkerTests
{
    private const int InFlight = 16;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(120);

    [Fact]
    public void A_worker_that_gets_SIGTERM_under_load_stops_in_order_and_its_data_is_there()
    {
        string[] lines;
        using (Loan.Of(GuestController.Data512)) lines = RunUntilWritesThenTerminate();

        Assert.Equal("stopped in order", lines[^1]);
        Assert.Contains("0 mismatches", lines.Last(line => Progress().IsMatch(line)), StringComparison.Ordinal);
        using var disk = KernelDisk.Open(GuestController.Data512);
        var block = new byte[4096];
        for (var place = 0; place < InFlight; place++)
        {
            disk.Read(block, place * block.Length);
            // What the sample writes first at its places: the number of the loop, and in bits 63:48 where in the block the word stands.
            Assert.Equal(place + (8L << 48), BinaryPrimitives.ReadInt64LittleEndian(block.AsSpan(8)));
        }
    }

    private static string[] RunUntilWritesThenTerminate()
    {
        var program = Environment.GetEnvironmentVariable("USERNVME_WORKER") ?? throw new InvalidOperationException("USERNVME_WORKER has to name the published worker.");
        using var worker = Process.Start(new ProcessStartInfo(Environment.ProcessPath!,
            [program, $"--UserNvme:Controllers:data:Address={GuestController.Data512.Address}", "--Worker:DestroyData=true", $"--Worker:InFlight={InFlight}"]) { RedirectStandardOutput = true })!;
        using var watchdog = new CancellationTokenSource(s_limit);
        using var kill = watchdog.Token.Register(worker.Kill);
        var lines = new List<string>();
        var told = false;
        while (worker.StandardOutput.ReadLine() is { } line)
        {
            lines.Add(line);
            if (told || !Progress().IsMatch(line) || WritesOf(line) < InFlight * 4) continue;
            ProcessResult.Of("kill", "-TERM", $"{worker.Id}").Succeeded();
            told = true;
        }
        worker.WaitForExit();
        Assert.True(worker.ExitCode == 0, $"exit code {worker.ExitCode}: {string.Join('\n', lines)}");
        return [.. lines];
    }

    private static long WritesOf(string line) => long.Parse(Progress().Match(line).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(\d+) writes, \d+ reads, \d+ mismatches$")]
    private static partial Regex Progress();
}
