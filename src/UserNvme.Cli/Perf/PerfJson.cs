using System.Globalization;
using System.Text.Json;
using UserNvme.Cli.Perf.Verify;

namespace UserNvme.Cli.Perf;

/// <summary>The result in the shape of fio's JSON: one job per namespace and core, latencies in ns, bandwidth in bytes and KiB per second.</summary>
internal static class PerfJson
{
    public static void Write(Utf8JsonWriter json, PerfResult result)
    {
        json.WriteStartObject();
        WriteOptions(json, result.Settings);
        json.WriteBoolean("interrupted", result.Interrupted);
        json.WriteStartArray("gc_collections");
        foreach (var count in result.Collector.Collections)
            json.WriteNumberValue(count);
        json.WriteEndArray();
        json.WriteNumber("gc_pause_ms", Round(result.Collector.Pause.TotalMilliseconds));
        json.WriteNumber("polls", result.Polls);
        json.WriteNumber("idle_polls", result.IdlePolls);
        json.WriteNumber("sq_doorbells", result.Rows.Sum(row => row.SubmissionDoorbells));
        json.WriteNumber("cq_doorbells", result.Rows.Sum(row => row.CompletionDoorbells));
        WriteRate(json, result);
        WriteSteadyState(json, result);
        WriteVerify(json, result.Verify);
        json.WriteStartArray("jobs");
        foreach (var row in result.Rows)
            WriteJob(json, row);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteOptions(Utf8JsonWriter json, PerfSettings settings)
    {
        json.WriteStartObject("global options");
        json.WriteString("ioengine", "usernvme");
        json.WriteString("rw", settings.Pattern.Name);
        json.WriteString("bs", Text(settings.IoSize));
        json.WriteString("iodepth", Text(settings.QueueDepth));
        json.WriteString("rwmixread", Text(settings.ReadPercent));
        json.WriteString("runtime", Text(settings.Duration.TotalSeconds));
        json.WriteString("ramp_time", Text(settings.WarmUp.TotalSeconds));
        if (settings.ZipfTheta > 0)
            json.WriteString("random_distribution", $"zipf:{Text(settings.ZipfTheta)}");
        if (settings.Rate > 0)
            json.WriteString("rate_iops", Text(settings.Rate));
        json.WriteEndObject();
    }

    private static void WriteRate(Utf8JsonWriter json, PerfResult result)
    {
        if (result.Pace is not { } pace)
            return;
        json.WriteStartObject("rate");
        json.WriteNumber("target_iops", result.Settings.Rate);
        json.WriteNumber("started", pace.Started);
        json.WriteNumber("waited", pace.Waited);
        json.WriteNumber("mean_lag_ns", Round(pace.MeanLag));
        json.WriteNumber("max_lag_ns", pace.MaxLag);
        json.WriteNumber("backlog", pace.Backlog);
        json.WriteNumber("behind_ns", pace.Behind);
        json.WriteEndObject();
    }

    // fio's fields; its criterion is one string with the percent sign.
    private static void WriteSteadyState(Utf8JsonWriter json, PerfResult result)
    {
        if (result.SteadyState is not { } steady)
            return;
        json.WriteStartObject("steadystate");
        json.WriteString("ss", steady.Rule.ToString());
        json.WriteNumber("duration", steady.Rule.Window);
        json.WriteNumber("attained", steady.IsAttained ? 1 : 0);
        json.WriteStartObject("data");
        json.WriteNumber("iops_mean", Round(steady.Mean));
        if (steady.Samples.Count > 0)
        {
            json.WriteNumber("max_deviation_percent", Round(steady.DeviationPercent));
            json.WriteNumber("slope_percent", Round(steady.SlopePercent));
        }

        json.WriteStartArray("iops");
        foreach (var sample in steady.Samples)
            json.WriteNumberValue(Round(sample));
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteVerify(Utf8JsonWriter json, VerifyLog? verify)
    {
        if (verify is null)
            return;
        json.WriteStartObject("verify");
        json.WriteNumber("blocks_checked", verify.Verified);
        json.WriteNumber("mismatches", verify.Mismatches);
        foreach (var kind in Enum.GetValues<MismatchKind>())
            json.WriteNumber(JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString()), verify.CountOf(kind));
        json.WriteStartArray("details");
        foreach (var mismatch in verify.Details)
        {
            json.WriteStartObject();
            json.WriteString("kind", JsonNamingPolicy.SnakeCaseLower.ConvertName(mismatch.Kind.ToString()));
            json.WriteString("filename", mismatch.Address);
            WriteTag(json, "expected", mismatch.Expected);
            if (mismatch.Found is { } found)
                WriteTag(json, "found", found);
            json.WriteString("text", mismatch.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTag(Utf8JsonWriter json, string name, in BlockTag tag)
    {
        json.WriteStartObject(name);
        json.WriteNumber("nsid", tag.NamespaceId);
        json.WriteNumber("lba", tag.Lba);
        json.WriteNumber("generation", tag.Generation);
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
        json.WriteNumber("polls", row.Polls);
        json.WriteNumber("idle_polls", row.IdlePolls);
        json.WriteBoolean("shadow_doorbells", row.UsesShadowDoorbells);
        json.WriteNumber("sq_doorbells", row.SubmissionDoorbells);
        json.WriteNumber("cq_doorbells", row.CompletionDoorbells);
        foreach (var kind in TransferKinds.All)
            WriteDirection(json, kind, row, row.Latencies[(int)kind]);
        json.WriteEndObject();
    }

    // As in fio, a flush has a count and latencies, no bytes.
    private static void WriteDirection(Utf8JsonWriter json, TransferKind kind, PerfRow row, LatencyHistogram latency)
    {
        json.WriteStartObject(kind.FioName());
        if (kind.HasBytes())
        {
            var bytes = latency.Count * row.IoSize;
            json.WriteNumber("io_bytes", bytes);
            json.WriteNumber("io_kbytes", bytes / 1024);
            json.WriteNumber("bw_bytes", (long)row.PerSecond(bytes));
            json.WriteNumber("bw", (long)row.PerSecond(bytes / 1024.0));
            json.WriteNumber("iops", Round(row.PerSecond(latency.Count)));
            json.WriteNumber("runtime", latency.Count == 0 ? 0 : (long)row.Elapsed.TotalMilliseconds);
        }

        json.WriteNumber("total_ios", latency.Count);
        if (kind.HasBytes())
        {
            json.WriteNumber("short_ios", 0);
            json.WriteNumber("drop_ios", 0);
            WriteLatency(json, "clat_ns", latency);
        }

        WriteLatency(json, "lat_ns", latency);
        json.WriteEndObject();
    }

    private static void WriteLatency(Utf8JsonWriter json, string name, LatencyHistogram latency)
    {
        json.WriteStartObject(name);
        json.WriteNumber("min", latency.Min);
        json.WriteNumber("max", latency.Max);
        json.WriteNumber("mean", Round(latency.Mean));
        json.WriteNumber("stddev", Round(latency.StandardDeviation));
        json.WriteNumber("N", latency.Count);
        if (latency.Count > 0)
        {
            json.WriteStartObject("percentile");
            foreach (var percentile in Percentiles.Fio)
                json.WriteNumber(percentile.ToString("0.000000", CultureInfo.InvariantCulture), latency.Percentile(percentile));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static double Round(double value) => Math.Round(value, 6);

    private static string Text(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
