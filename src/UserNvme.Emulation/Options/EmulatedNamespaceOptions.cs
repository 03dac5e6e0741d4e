namespace UserNvme.Emulation;

/// <summary>One namespace of an emulated controller.</summary>
public sealed record EmulatedNamespaceOptions
{
    /// <summary>Its identifier, 1 or more; 0 takes the next one after that of the namespace before it.</summary>
    public uint Id { get; init; }

    /// <summary>Its size in bytes: a positive multiple of <see cref="BlockSize"/>.</summary>
    public long Size { get; init; } = 1L << 30;

    /// <summary>Bytes of a logical block: a power of two, 512 to 65,536.</summary>
    public int BlockSize { get; init; } = 512;

    /// <summary>Where the data lives.</summary>
    public BackingKind Backing { get; init; } = BackingKind.Memory;

    /// <summary>
    /// Whether the memory of <see cref="BackingKind.Memory"/> is taken at once, so that no command waits for it later; false takes it as it is
    /// written. What is deallocated is given back all the same.
    /// </summary>
    public bool Populate { get; init; }

    /// <summary>The file for <see cref="BackingKind.File"/>; made sparse where it is missing, else its length must be <see cref="Size"/>.</summary>
    public string? File { get; init; }

    /// <summary>NOIOB: the number of blocks whose multiples a transfer should not cross; 0 for none, 65,535 at most.</summary>
    public int OptimalIoBoundary { get; init; }
}
