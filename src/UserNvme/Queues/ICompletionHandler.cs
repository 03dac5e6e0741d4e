using UserNvme.Spec;

namespace UserNvme.Queues;

/// <summary>
/// What happens with a finished command. Implemented by a struct, so that the JIT compiles it into the polling loop. Each submitted
/// command ends in exactly one of the two calls, on the thread that owns the queue pair; only the first may submit further commands.
/// </summary>
/// <typeparam name="TState">What the caller attached to the command.</typeparam>
public interface ICompletionHandler<TState>
{
    /// <summary>The controller answered; look at <see cref="CompletionEntry.Status"/>. The device no longer touches the command's memory.</summary>
    void OnCompletion(in CompletionEntry completion, TState state);

    /// <summary>
    /// The controller was stopped before it answered: whether the command took effect is unknown (<see cref="CommandFate.Unknown"/>).
    /// The device no longer touches the command's memory.
    /// </summary>
    void OnAbandoned(TState state);
}
