namespace UserNvme.Transports.Vfio;

/// <summary>Flags of <see cref="VfioIommuType1Info"/>.</summary>
[Flags]
internal enum VfioIommuInfoFlags : uint
{
    /// <summary><see cref="VfioIommuType1Info.IovaPgsizes"/> is valid.</summary>
    Pgsizes = 1 << 0,

    /// <summary>The answer has capabilities.</summary>
    Caps = 1 << 1,
}
