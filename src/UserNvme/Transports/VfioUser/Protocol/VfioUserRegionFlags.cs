namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>What a region allows.</summary>
[Flags]
internal enum VfioUserRegionFlags : uint
{
    /// <summary>It can be read.</summary>
    Read = 1 << 0,

    /// <summary>It can be written.</summary>
    Write = 1 << 1,

    /// <summary>It, or its sparse areas, can be mapped; a descriptor comes with the reply.</summary>
    Mmap = 1 << 2,

    /// <summary>Capabilities follow the structure.</summary>
    Caps = 1 << 3,
}
