using System.Diagnostics;
using System.Text.Json;
using UserNvme.DeviceTests.Device;

namespace UserNvme.DeviceTests.Tool;

/// <summary>`usernvme` as a user runs it, on the device of this run. USERNVME_TOOL names the program.</summary>
public class ToolTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Id_ctrl_prints_what_the_driver_knows()
    {
        string serial;
        await using (var bench = await Bench.OpenAsync()) serial = bench.Driver.Identity.SerialNumber;

        var json = Run("id-ctrl", TestDevice.Address, "--output-format", "json");

        Assert.Equal(serial, json.GetProperty("sn").GetString()!.TrimEnd());
    }

    [Theory]
    [InlineData("randread")]
    [InlineData("randrw")]
    public void Perf_reads_and_writes_and_counts_what_it_moved(string pattern)
    {
        // The tests' own data could look like a partition table; what is here is theirs.
        string[] consent = pattern == "randread" ? [] : ["--destroy-data"];

        var json = Run(["perf", TestDevice.Address, "-q", "16", "-o", "4096", "-w", pattern, "-t", "1", "-a", "0", "--output-format", "json", .. consent]);

        var job = Assert.Single(json.GetProperty("jobs").EnumerateArray());
        foreach (var direction in pattern == "randread" ? new[] { "read" } : ["read", "write"])
        {
            var count = job.GetProperty(direction).GetProperty("total_ios").GetInt64();
            Assert.True(count > 0);
            Assert.Equal(count * 4096, job.GetProperty(direction).GetProperty("io_bytes").GetInt64());
        }
    }

    private static JsonElement Run(params string[] arguments)
    {
        var tool = Environment.GetEnvironmentVariable("USERNVME_TOOL") ?? throw new InvalidOperationException("USERNVME_TOOL has to name the tool.");
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(s_limit))
        {
            process.Kill();
            Assert.Fail($"{string.Join(' ', arguments)} did not end within {s_limit}.");
        }

        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}: {error.Result}{output.Result}");
        return JsonElement.Parse(output.Result);
    }
}
