namespace UserNvme.Queues;

/// <summary>Something that a reactor does when it gets to it: a request to submit, a change of a queue.</summary>
public abstract class ReactorItem : ILinked<ReactorItem>
{
    ReactorItem? ILinked<ReactorItem>.Next { get; set; }

    /// <summary>Does it. Called on the reactor; must not block and must not throw.</summary>
    internal abstract void Run();
}
