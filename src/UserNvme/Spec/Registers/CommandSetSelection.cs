namespace UserNvme.Spec;

/// <summary>CC.CSS: the I/O command sets in use (NVMe Base 2.0, 3.1.3.5).</summary>
public enum CommandSetSelection : byte
{
    /// <summary>The NVM command set.</summary>
    Nvm = 0,

    /// <summary>All supported I/O command sets; each namespace has its own.</summary>
    AllSupported = 6,

    /// <summary>Admin commands only.</summary>
    AdminOnly = 7,
}
