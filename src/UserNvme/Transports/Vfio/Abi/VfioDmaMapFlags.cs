namespace UserNvme.Transports.Vfio;

/// <summary>Flags of <see cref="VfioIommuType1DmaMap"/>.</summary>
[Flags]
internal enum VfioDmaMapFlags : uint
{
    /// <summary>The devices may read the memory.</summary>
    Read = 1 << 0,

    /// <summary>The devices may write the memory.</summary>
    Write = 1 << 1,
}
