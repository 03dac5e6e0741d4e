namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>What DMA_UNMAP takes back.</summary>
[Flags]
internal enum VfioUserDmaUnmapFlags : uint
{
    /// <summary>The range of this address and size.</summary>
    None = 0,

    /// <summary>A map of written pages is asked for, which only a server with migration has.</summary>
    GetDirtyBitmap = 1 << 0,

    /// <summary>All ranges; address and size are 0.</summary>
    All = 1 << 1,
}
