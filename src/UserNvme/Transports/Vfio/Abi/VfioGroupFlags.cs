namespace UserNvme.Transports.Vfio;

/// <summary>Flags of <see cref="VfioGroupStatus"/>.</summary>
[Flags]
internal enum VfioGroupFlags : uint
{
    /// <summary>Every device of the group is bound to a VFIO driver or to none.</summary>
    Viable = 1 << 0,

    /// <summary>The group belongs to a container.</summary>
    ContainerSet = 1 << 1,
}
