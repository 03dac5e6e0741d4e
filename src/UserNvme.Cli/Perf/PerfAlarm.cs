namespace UserNvme.Cli.Perf;

/// <summary>Ends a run early from any thread: a transfer failed, or data were not what they should be. Does nothing with -Q.</summary>
internal sealed class PerfAlarm(bool isMuted)
{
    private readonly TaskCompletionSource _raised = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends as the alarm is raised.</summary>
    public Task Raised => _raised.Task;

    /// <summary>Whether it was raised.</summary>
    public bool IsRaised => _raised.Task.IsCompleted;

    /// <returns>Whether it was: the caller ends too.</returns>
    public bool Raise()
    {
        if (!isMuted)
            _raised.TrySetResult();
        return !isMuted;
    }
}
