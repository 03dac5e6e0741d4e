namespace UserNvme.VmTests.Data;

/// <summary>The memory from which UserNvme writes an extent, and into which it reads one.</summary>
public enum MemoryKind
{
    /// <summary>One piece of DMA memory: the device reaches it in place.</summary>
    Dma,

    /// <summary>One piece of ordinary memory: copied through DMA memory.</summary>
    Ordinary,

    /// <summary>A list of DMA memory, in pieces of whole blocks.</summary>
    DmaPieces,

    /// <summary>A list of ordinary memory, in pieces that end in the middle of blocks.</summary>
    OrdinaryPieces,
}
