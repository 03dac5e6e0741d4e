namespace UserNvme.Emulation.Dma;

/// <summary>What the controller may do with a mapped range.</summary>
[Flags]
internal enum DmaAccess
{
    /// <summary>It may read.</summary>
    Read = 1,

    /// <summary>It may write.</summary>
    Write = 2,

    /// <summary>It may do both.</summary>
    Both = Read | Write,
}
