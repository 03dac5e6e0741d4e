namespace UserNvme.Queues;

/// <summary>A queue that a reactor polls.</summary>
internal interface IReactorQueue
{
    /// <summary>Whether commands are in flight, so that the reactor may not sleep.</summary>
    bool IsBusy { get; }

    /// <summary>Handles what is there. Called on the reactor.</summary>
    /// <returns>How many completions were handled.</returns>
    int Poll();
}
