using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Controllers;

/// <summary>One admin command on its way: its data in DMA memory, and who waits for it.</summary>
internal sealed class AdminRequest(SubmissionEntry command, DmaBuffer? buffer, int length) : ILinked<AdminRequest>
{
    private readonly TaskCompletionSource<CompletionEntry> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _abortAsked;

    AdminRequest? ILinked<AdminRequest>.Next { get; set; }

    public SubmissionEntry Command => command;

    public DmaBuffer? Buffer => buffer;

    public int Length => length;

    /// <summary>Whether the caller gave up before the command was submitted, or wants it aborted.</summary>
    public CancellationToken Token { get; init; }

    /// <summary>True once when the caller has cancelled. On the service thread.</summary>
    public bool TakeCancellation()
    {
        if (_abortAsked || !Token.IsCancellationRequested) return false;
        return _abortAsked = true;
    }

    /// <summary>Ends with the completion, whatever its status, or with the reason why there is none.</summary>
    public Task<CompletionEntry> Completion => _completion.Task;

    /// <summary>Called on the service thread when the command has ended.</summary>
    public Action? Ended { get; init; }

    public void Complete(in CompletionEntry completion)
    {
        Ended?.Invoke();
        _completion.TrySetResult(completion);
    }

    public void Fail(Exception error)
    {
        Ended?.Invoke();
        _completion.TrySetException(error);
        // Nobody need look at the failure of a command that nobody awaits.
        _ = _completion.Task.Exception;
    }

    public void Cancel() => _completion.TrySetCanceled(Token);
}
