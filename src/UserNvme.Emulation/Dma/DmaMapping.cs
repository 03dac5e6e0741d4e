namespace UserNvme.Emulation.Dma;

/// <summary>One mapping of the emulated IOMMU: a stretch of IOVAs and where it leads, in this process or to somebody who is asked.</summary>
internal readonly unsafe struct DmaMapping
{
    /// <summary>The first IOVA.</summary>
    public readonly ulong First;

    /// <summary>Bytes.</summary>
    public readonly ulong Length;

    /// <summary>Where the first IOVA leads in this process; null for remote memory.</summary>
    public readonly byte* Address;

    /// <summary>What the controller may do.</summary>
    public readonly DmaAccess Access;

    /// <summary>Who is asked; null for memory of this process.</summary>
    public readonly IRemoteMemory? Remote;

    /// <summary>Memory of this process.</summary>
    public DmaMapping(ulong first, ulong length, byte* address, DmaAccess access = DmaAccess.Both)
    {
        (First, Length, Access) = (first, length, access);
        Address = address;
    }

    /// <summary>Memory that somebody is asked for.</summary>
    public DmaMapping(ulong first, ulong length, IRemoteMemory remote, DmaAccess access) =>
        (First, Length, Remote, Access) = (first, length, remote, access);
}
