using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Cli.Perf;

/// <summary>Brings completions to their load; the state of a command is the number of its slot.</summary>
internal readonly struct PerfCompletionHandler(PerfLoad load) : ICompletionHandler<int>
{
    public void OnCompletion(in CompletionEntry completion, int state) => load.Complete(state, completion.Status);

    public void OnAbandoned(int state) => load.Abandon(state);
}
