using UserNvme.Cli.Perf.Verify;
using UserNvme.Cli.Perf.Work;

namespace UserNvme.Cli.Perf;

/// <summary>
/// The load that one queue pair puts on one namespace from one core: what the rest of the run sees of it. The counters may be read at any
/// time from anywhere; all else is for the thread that polls, or for after its end.
/// </summary>
internal abstract class PerfLoad(PerfTarget target, LoadShare share) : IDisposable
{
    public PerfTarget Target { get; } = target;

    public LoadShare Share { get; } = share;

    /// <summary>The latencies of each <see cref="TransferKind"/>.</summary>
    public LatencyHistogram[] Latencies { get; } = [.. TransferKinds.All.Select(_ => new LatencyHistogram())];

    /// <summary>Transfers that failed since the start, warm-up included.</summary>
    public long Errors { get; protected set; }

    /// <summary>The first failure; null while there was none.</summary>
    public NvmeException? FirstError { get; protected set; }

    /// <summary>The latest failure.</summary>
    public NvmeException? LastError { get; protected set; }

    /// <summary>How long was measured.</summary>
    public TimeSpan Elapsed { get; protected set; }

    /// <summary>How often the completion queue was looked at while measuring.</summary>
    public long Polls { get; protected set; }

    /// <summary>How many of these looks found something.</summary>
    public long BusyPolls { get; protected set; }

    /// <summary>Writes to the tail doorbell of the submission queue while measuring.</summary>
    public long SubmissionDoorbells { get; protected set; }

    /// <summary>Writes to the head doorbell of the completion queue while measuring.</summary>
    public long CompletionDoorbells { get; protected set; }

    /// <summary>How the schedule of --rate was kept; null without.</summary>
    public PaceReport? Pace { get; protected set; }

    /// <summary>Whether nothing is in flight and nothing will be started: stopped, at its limit, or the queue was closed by a reset.</summary>
    public abstract bool IsOver { get; }

    /// <summary>Submits the first transfers.</summary>
    public abstract void Start();

    /// <summary>From here on transfers are counted.</summary>
    public abstract void BeginMeasuring();

    /// <summary>From here on transfers are not counted and no more are started.</summary>
    public abstract void EndMeasuring();

    /// <summary>From here on all that was written is read once. Nothing is in flight.</summary>
    public abstract void BeginReadBack();

    /// <summary>No more transfers are started.</summary>
    public abstract void Stop();

    public abstract void Dispose();
}
