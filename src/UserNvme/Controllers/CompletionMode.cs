namespace UserNvme.Controllers;

/// <summary>Where the caller of an async operation continues.</summary>
public enum CompletionMode
{
    /// <summary>On the thread pool, finished operations handed over in batches. The default, safe for any code.</summary>
    ThreadPool,

    /// <summary>
    /// On the polling thread itself. Fastest, and with a rule: code behind the await must not block, wait for another operation
    /// synchronously or compute for long: while it runs, nothing on its core completes.
    /// </summary>
    Inline,
}
