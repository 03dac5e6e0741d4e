using System.Globalization;
using System.Text.Json;

namespace UserNvme.Cli.Perf;

/// <summary>The result in the shape of fio's JSON: one job per namespace and core, latencies in ns, bandwidth in bytes and KiB per second.</summary>
internal static class PerfJson
{
    // fio's default list.
    private static readonly double[] s_percentiles = [1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99, 99.5, 99.9, 99.95, 99.99];

    public static void Write(Utf8JsonWriter json, PerfResult result)
    {
        var settings = result.Settings;
        json.WriteStartObject();
        json.WriteStartObject("global options");
        json.WriteString("ioengine", "usernvme");
        json.WriteString("rw", settings.Pattern.Name);
        json.WriteString("bs", Text(settings.IoSize));
        json.WriteString("iodepth", Text(settings.QueueDepth));
        json.WriteString("rwmixread", Text(settings.ReadPercent));
        json.WriteString("runtime", Text(settings.Duration.TotalSeconds));
        json.WriteString("ramp_time", Text(settings.WarmUp.TotalSeconds));
        json.WriteEndObject();
        json.WriteBoolean("interrupted", result.Interrupted);
        json.WriteStartArray("gc_collections");
        foreach (var count in result.Collections)
            json.WriteNumberValue(count);
        json.WriteEndArray();
        json.WriteStartArray("jobs");
        foreach (var row in result.Rows)
            WriteJob(json, row);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteJob(Utf8JsonWriter json, PerfRow row)
    {
        json.WriteStartObject();
        json.WriteString("jobname", $"{row.Address} NSID {row.NamespaceId} core {row.Core}");
        json.WriteString("filename", row.Address);
        json.WriteNumber("nsid", row.NamespaceId);
        json.WriteNumber("core", row.Core);
        json.WriteNumber("error", row.Errors > 0 ? 5 : 0);
        json.WriteNumber("total_err", row.Errors);
        json.WriteNumber("job_runtime", (long)row.Elapsed.TotalMilliseconds);
        WriteDirection(json, "read", row, row.Reads);
        WriteDirection(json, "write", row, row.Writes);
        json.WriteEndObject();
    }

    private static void WriteDirection(Utf8JsonWriter json, string name, PerfRow row, LatencyHistogram latency)
    {
        var bytes = latency.Count * row.IoSize;
        json.WriteStartObject(name);
        json.WriteNumber("io_bytes", bytes);
        json.WriteNumber("io_kbytes", bytes / 1024);
        json.WriteNumber("bw_bytes", (long)row.PerSecond(bytes));
        json.WriteNumber("bw", (long)row.PerSecond(bytes / 1024.0));
        json.WriteNumber("iops", Math.Round(row.PerSecond(latency.Count), 6));
        json.WriteNumber("runtime", latency.Count == 0 ? 0 : (long)row.Elapsed.TotalMilliseconds);
        json.WriteNumber("total_ios", latency.Count);
        json.WriteNumber("short_ios", 0);
        json.WriteNumber("drop_ios", 0);
        WriteLatency(json, "clat_ns", latency);
        WriteLatency(json, "lat_ns", latency);
        json.WriteEndObject();
    }

    private static void WriteLatency(Utf8JsonWriter json, string name, LatencyHistogram latency)
    {
        json.WriteStartObject(name);
        json.WriteNumber("min", latency.Min);
        json.WriteNumber("max", latency.Max);
        json.WriteNumber("mean", Math.Round(latency.Mean, 6));
        json.WriteNumber("stddev", Math.Round(latency.StandardDeviation, 6));
        json.WriteNumber("N", latency.Count);
        if (latency.Count > 0)
        {
            json.WriteStartObject("percentile");
            foreach (var percentile in s_percentiles)
                json.WriteNumber(percentile.ToString("0.000000", CultureInfo.InvariantCulture), latency.Percentile(percentile));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static string Text(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
