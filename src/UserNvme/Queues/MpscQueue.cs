namespace UserNvme.Queues;

/// <summary>
/// Hands items from any thread to one consumer, in order, without lock or allocation: each item carries its own link, so the queue
/// has no capacity to run out of; what bounds it is the number of operations that callers have under way.
/// </summary>
/// <typeparam name="T">The item; it can be in one queue at a time.</typeparam>
internal sealed class MpscQueue<T>
    where T : class, ILinked<T>
{
    private volatile T? _newest;

    /// <summary>Whether nothing waits. Only a hint where producers run.</summary>
    public bool IsEmpty => _newest is null;

    /// <summary>Adds an item. Any thread.</summary>
    public void Enqueue(T item)
    {
        var seen = _newest;
        while (true)
        {
            item.Next = seen;
            var found = Interlocked.CompareExchange(ref _newest, item, seen);
            if (ReferenceEquals(found, seen)) return;
            seen = found;
        }
    }

    /// <summary>Takes all items, linked oldest first; null if there are none. The consumer only.</summary>
    public T? TakeAll()
    {
        if (_newest is null) return null;
        var item = Interlocked.Exchange(ref _newest, null);
        T? oldestFirst = null;
        while (item is not null)
        {
            var next = item.Next;
            item.Next = oldestFirst;
            oldestFirst = item;
            item = next;
        }

        return oldestFirst;
    }
}
