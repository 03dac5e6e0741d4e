using System.Globalization;
using UserNvme.Cli.Perf.Steady;
using UserNvme.Cli.Perf.Verify;
using UserNvme.Cli.Perf.Work;

namespace UserNvme.Cli.Perf;

/// <summary>What there is to say about a run besides throughput and latency: sentences for the text and the report.</summary>
internal static class PerfNotes
{
    private const int MismatchesShown = 20;

    public static void Write(TextWriter output, PerfResult result)
    {
        foreach (var (title, text) in Of(result))
            output.WriteLine($"{title}: {text}");
        if (result.Verify is not { } verify)
            return;
        foreach (var mismatch in verify.Details.Take(MismatchesShown))
            output.WriteLine($"  {mismatch}");
        if (verify.Mismatches > MismatchesShown)
            output.WriteLine($"  ... and {verify.Mismatches - MismatchesShown} more");
    }

    public static IEnumerable<(string Title, string Text)> Of(PerfResult result)
    {
        yield return ("Polls", Polls(result));
        yield return ("Doorbells", Doorbells(result));
        yield return ("Garbage collections while measuring", Collector(result.Collector));
        if (result.Pace is { } pace)
            yield return ("Rate", Pace(result.Settings.Rate, pace));
        if (result.SteadyState is { } steady)
            yield return ("Steady state", Steady(steady));
        if (result.Verify is { } verify)
            yield return ("Verify", Verify(verify));
        if (result.Errors > 0)
            yield return ("Failed transfers", Text($"{result.Errors:#,0}"));
    }

    private static string Polls(PerfResult result)
    {
        var busy = result.Polls - result.IdlePolls;
        var count = result.Rows.Sum(row => row.Count);
        return Text($"{result.Polls:#,0}, {100.0 * result.IdlePolls / Math.Max(1, result.Polls):0.0} % of them idle, {(double)count / Math.Max(1, busy):0.00} transfers for each of the others");
    }

    private static string Doorbells(PerfResult result)
    {
        double count = Math.Max(1, result.Rows.Sum(row => row.Count));
        long submission = result.Rows.Sum(row => row.SubmissionDoorbells), completion = result.Rows.Sum(row => row.CompletionDoorbells);
        var shadows = result.Rows.Any(row => row.UsesShadowDoorbells) ? ", besides shadow doorbells" : "";
        return Text($"{submission + completion:#,0} writes, {(submission + completion) / count:0.000} for each transfer (submission {submission / count:0.000}, completion {completion / count:0.000})") + shadows;
    }

    private static string Collector(CollectorCounts collector) =>
        string.Join(", ", collector.Collections.Select((count, generation) => $"gen{generation} {count}"))
        + Text($", pauses {collector.Pause.TotalMilliseconds:0.000} ms");

    private static string Pace(double rate, PaceReport pace) => Text(
        $"{rate:#,0.##} per second asked for; {pace.Started:#,0} started, on average {Time(pace.MeanLag)} after they were due, {Time(pace.MaxLag)} at most; ")
        + Text($"{pace.Waited:#,0} were due while all of -q were in flight; {pace.Backlog:#,0} due and not started at the end ({Time(pace.Behind)} behind)");

    private static string Steady(SteadyStateDetector steady)
    {
        var state = steady.IsAttained ? "attained" : $"not attained, {steady.Samples.Count} of {steady.Rule.Window} samples of the window";
        return $"{steady.Rule} over {steady.Rule.Window} s {state}" + (steady.Samples.Count == 0 ? "" : Text(
            $"; mean {steady.Mean:#,0} IOPS, largest deviation {steady.DeviationPercent:0.00} %, slope {steady.SlopePercent:0.000} % per second"));
    }

    private static string Verify(VerifyLog verify)
    {
        if (verify.Mismatches == 0)
            return Text($"{verify.Verified:#,0} blocks checked, all as they were written");
        var kinds = Enum.GetValues<MismatchKind>().Where(kind => verify.CountOf(kind) > 0).Select(kind => $"{verify.CountOf(kind)} {Mismatch.Words(kind)}");
        return Text($"{verify.Verified:#,0} blocks checked, {verify.Mismatches:#,0} wrong ({string.Join(", ", kinds)})");
    }

    private static string Time(double nanoseconds) => nanoseconds switch
    {
        < 1e3 => Text($"{nanoseconds:0} ns"),
        < 1e6 => Text($"{nanoseconds / 1e3:0.0} us"),
        < 1e9 => Text($"{nanoseconds / 1e6:0.0} ms"),
        _ => Text($"{nanoseconds / 1e9:0.00} s"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
