using UserNvme.Cli.Perf.Work;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Cli.Perf;

/// <summary>Brings completions to their load; the state of a command is the number of its slot.</summary>
internal readonly struct PerfCompletionHandler<TWork, TPace>(PerfLoad<TWork, TPace> load) : ICompletionHandler<int>
    where TWork : struct, IPerfWork<TWork>
    where TPace : struct, IPace<TPace>
{
    public void OnCompletion(in CompletionEntry completion, int state) => load.Complete(state, completion.Status);

    public void OnAbandoned(int state) => load.Abandon(state);
}
