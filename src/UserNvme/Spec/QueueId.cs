namespace UserNvme.Spec;

/// <summary>A queue identifier (QID): 0 is the admin queue, I/O queues start at 1.</summary>
public readonly record struct QueueId(ushort Value)
{
    /// <summary>The admin queue.</summary>
    public static QueueId Admin => default;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
