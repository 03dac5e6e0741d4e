using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Benchmarks;

/// <summary>The least that a user of the raw door does with a completion: look at its status and count it.</summary>
internal struct CountingHandler : ICompletionHandler<int>
{
    public long Done;
    public long Failed;

    public void OnCompletion(in CompletionEntry completion, int state)
    {
        Done++;
        if (!completion.Status.IsSuccess) Failed++;
    }

    public void OnAbandoned(int state) => Failed++;
}
