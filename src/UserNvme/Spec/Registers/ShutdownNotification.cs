namespace UserNvme.Spec;

/// <summary>CC.SHN: the host announces that power may go (NVMe Base 2.0, 3.1.3.5).</summary>
public enum ShutdownNotification : byte
{
    /// <summary>No notification.</summary>
    None = 0,

    /// <summary>Normal shutdown: write caches are flushed.</summary>
    Normal = 1,

    /// <summary>Abrupt shutdown: power goes at any moment.</summary>
    Abrupt = 2,
}
