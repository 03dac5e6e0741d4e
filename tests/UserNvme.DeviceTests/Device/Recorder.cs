using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.DeviceTests.Device;

/// <summary>Remembers how each command of a queue pair ended.</summary>
internal readonly struct Recorder() : ICompletionHandler<int>
{
    public List<(int State, NvmeStatus Status)> Completed { get; } = [];

    public List<int> Abandoned { get; } = [];

    public void OnCompletion(in CompletionEntry completion, int state) => Completed.Add((state, completion.Status));

    public void OnAbandoned(int state) => Abandoned.Add(state);
}
