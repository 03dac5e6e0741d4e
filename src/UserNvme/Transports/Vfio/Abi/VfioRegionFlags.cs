namespace UserNvme.Transports.Vfio;

/// <summary>Flags of <see cref="VfioRegionInfo"/>.</summary>
[Flags]
internal enum VfioRegionFlags : uint
{
    /// <summary>The region can be read with pread.</summary>
    Read = 1 << 0,

    /// <summary>The region can be written with pwrite.</summary>
    Write = 1 << 1,

    /// <summary>The region, or the areas that its capabilities name, can be mapped.</summary>
    Mmap = 1 << 2,

    /// <summary>The answer has capabilities.</summary>
    Caps = 1 << 3,
}
