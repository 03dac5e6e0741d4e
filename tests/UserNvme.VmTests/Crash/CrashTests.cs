using System.Diagnostics;
using System.Globalization;
using UserNvme.VmTests.Data;
using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Crash;

/// <summary>A process that is killed while the device works for it.</summary>
public class CrashTests
{
    private const int AcknowledgedBeforeTheKill = 3000;

    [Fact]
    public async Task After_kill_9_with_128_writes_in_flight_every_acknowledged_write_is_there()
    {
        Dictionary<int, int> last;
        using (Loan.Of(GuestController.Data512)) last = KillAWriter();

        // The next start: it has to bring up a controller that was left in the middle of its work.
        await using var session = await Session.OpenAsync(GuestController.Data512);
        var extents = last.SelectMany(writer => Enumerable.Range(Math.Max(0, writer.Value - 1000), Math.Min(writer.Value, 1000) + 1).Select(number => CrashWriter.ExtentOf(writer.Key, number))).ToList();
        var found = await session.HashesAsync(extents);

        Extent.AssertContents(extents, found);
    }

    // Returns the last acknowledged write of each writer.
    private static Dictionary<int, int> KillAWriter()
    {
        using var writer = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [typeof(CrashTests).Assembly.Location, CrashWriter.Verb, GuestController.Data512.Address]) { RedirectStandardOutput = true })!;
        var last = new Dictionary<int, int>();
        var killed = false;
        for (var lines = 0; writer.StandardOutput.ReadLine() is { } line; lines++)
        {
            var (number, value) = Parse(line);
            last[number] = value;
            if (killed || lines < AcknowledgedBeforeTheKill || last.Count < CrashWriter.Writers) continue;
            writer.Kill();
            killed = true;
        }
        writer.WaitForExit();
        Assert.Equal(128 + 9, writer.ExitCode);
        Assert.Equal(CrashWriter.Writers, last.Count);
        return last;
    }

    private static (int Writer, int Number) Parse(string line)
    {
        var parts = line.Split(' ');
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
