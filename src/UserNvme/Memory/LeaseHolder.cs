namespace UserNvme.Memory;

/// <summary>
/// A thread as one that takes leases: the owner of queue pairs. Unlike a thread's number it is never used again, so what a thread
/// that has ended left behind cannot be taken for somebody else's.
/// </summary>
internal sealed class LeaseHolder
{
    [ThreadStatic]
    private static LeaseHolder? t_current;

    private LeaseHolder()
    {
    }

    /// <summary>No thread's.</summary>
    public static LeaseHolder Nobody { get; } = new();

    /// <summary>The calling thread's.</summary>
    public static LeaseHolder Current => t_current ??= new LeaseHolder();

    /// <summary>Whether it is the calling thread's.</summary>
    public bool IsCurrent => ReferenceEquals(t_current, this);
}
