namespace UserNvme.Transports.Vfio;

/// <summary>
/// The ioctl numbers of <c>linux/vfio.h</c>. Some numbers mean one thing on a container and another on a device.
/// </summary>
internal static class VfioIoctl
{
    private const int Base = (';' << 8) + 100;

    /// <summary>VFIO_GET_API_VERSION, on a container: the version, 0.</summary>
    public const int GetApiVersion = Base + 0;

    /// <summary>VFIO_CHECK_EXTENSION, on a container: positive where the <see cref="VfioIommuKind"/> is supported.</summary>
    public const int CheckExtension = Base + 1;

    /// <summary>VFIO_SET_IOMMU, on a container that has a group: chooses the <see cref="VfioIommuKind"/>.</summary>
    public const int SetIommu = Base + 2;

    /// <summary>VFIO_GROUP_GET_STATUS, on a group: fills <see cref="VfioGroupStatus"/>.</summary>
    public const int GroupGetStatus = Base + 3;

    /// <summary>VFIO_GROUP_SET_CONTAINER, on a group: joins a container, given by a pointer to its file descriptor.</summary>
    public const int GroupSetContainer = Base + 4;

    /// <summary>VFIO_GROUP_UNSET_CONTAINER, on a group: leaves its container.</summary>
    public const int GroupUnsetContainer = Base + 5;

    /// <summary>VFIO_GROUP_GET_DEVICE_FD, on a group: opens a device, given by name.</summary>
    public const int GroupGetDeviceFd = Base + 6;

    /// <summary>VFIO_DEVICE_GET_INFO, on a device: fills <see cref="VfioDeviceInfo"/>.</summary>
    public const int DeviceGetInfo = Base + 7;

    /// <summary>VFIO_DEVICE_GET_REGION_INFO, on a device: fills <see cref="VfioRegionInfo"/>.</summary>
    public const int DeviceGetRegionInfo = Base + 8;

    /// <summary>VFIO_DEVICE_GET_IRQ_INFO, on a device: fills <see cref="VfioIrqInfo"/>.</summary>
    public const int DeviceGetIrqInfo = Base + 9;

    /// <summary>VFIO_DEVICE_SET_IRQS, on a device: takes <see cref="VfioIrqSet"/>.</summary>
    public const int DeviceSetIrqs = Base + 10;

    /// <summary>VFIO_DEVICE_RESET, on a device: resets the function.</summary>
    public const int DeviceReset = Base + 11;

    /// <summary>VFIO_IOMMU_GET_INFO, on a container: fills <see cref="VfioIommuType1Info"/>.</summary>
    public const int IommuGetInfo = Base + 12;

    /// <summary>VFIO_IOMMU_MAP_DMA, on a container: takes <see cref="VfioIommuType1DmaMap"/>.</summary>
    public const int IommuMapDma = Base + 13;

    /// <summary>VFIO_IOMMU_UNMAP_DMA, on a container: takes <see cref="VfioIommuType1DmaUnmap"/>.</summary>
    public const int IommuUnmapDma = Base + 14;
}
