using System.Runtime.CompilerServices;
using UserNvme.Interop;
using UserNvme.Memory;

namespace UserNvme.Transports.Vfio;

/// <summary>
/// A VFIO container with a type 1 IOMMU: the DMA domain of the devices of one or more groups. What is mapped here, each of them can
/// reach. Thread-safe. The registry makes and ends it; when it is closed the kernel takes back all mappings.
/// </summary>
internal sealed unsafe class VfioContainer : IDmaDomain, IDisposable
{
    private const string DevicePath = "/dev/vfio/vfio";
    private const int ApiVersion = 0;

    private readonly FileDescriptor _file;
    private readonly Lock _gate = new();
    private readonly List<VfioGroup> _groups = [];
    private bool _closed;

    private VfioContainer(FileDescriptor file) => _file = file;

    /// <inheritdoc/>
    public string Name
    {
        get
        {
            lock (_gate)
                return $"the VFIO container of {string.Join(", ", _groups.Select(g => g.Name))}";
        }
    }

    /// <summary>The IOVA ranges that can be mapped. They may shrink when another group joins the container: ask again before each mapping.</summary>
    public IReadOnlyList<IovaRange> AllowedRanges => GetInfo().Ranges;

    /// <inheritdoc/>
    public ulong PageSizes => GetInfo().PageSizes;

    /// <inheritdoc/>
    public long MappingsAvailable => GetInfo().MappingsAvailable;

    /// <summary>Opens a container for a group and switches its IOMMU on.</summary>
    /// <exception cref="NvmeSetupException">VFIO is not there or not usable.</exception>
    public static VfioContainer Create(VfioGroup group)
    {
        var file = FileDescriptor.TryOpen(DevicePath, out var error) ?? throw OpenError(error, group);
        var container = new VfioContainer(file);
        try
        {
            if (file.Ioctl(VfioIoctl.GetApiVersion) != ApiVersion || file.Ioctl(VfioIoctl.CheckExtension, (nint)VfioIommuKind.Type1V2) <= 0)
                throw group.Error(SetupProblem.NoIommu,
                    $"The kernel's VFIO offers {group.Name} no type 1 IOMMU: load the module vfio_iommu_type1 and switch the IOMMU on in the firmware and on the kernel's command line.");
            var result = group.SetContainer(file);
            if (result < 0)
                throw group.AttachError(-result);
            container._groups.Add(group);
            result = file.Ioctl(VfioIoctl.SetIommu, (nint)VfioIommuKind.Type1V2);
            if (result < 0)
                throw SetIommuError(-result, group);
            return container;
        }
        catch
        {
            container.Dispose();
            throw;
        }
    }

    /// <summary>Adds a group; false where its IOMMU cannot serve the mappings of this container.</summary>
    public bool TryAttach(VfioGroup group)
    {
        lock (_gate)
        {
            if (_closed || group.SetContainer(_file) < 0)
                return false;
            _groups.Add(group);
            return true;
        }
    }

    /// <summary>Forgets a group that is about to be closed; true where it was the last one and the container can be closed after it.</summary>
    public bool Remove(VfioGroup group)
    {
        lock (_gate)
        {
            _groups.Remove(group);
            return _groups.Count == 0;
        }
    }

    /// <inheritdoc/>
    public void Map(DmaRegion region, Iova iova)
    {
        ArgumentNullException.ThrowIfNull(region);
        // Address 0 is what a device uses that was never told an address: it must never be memory (rule 6).
        ArgumentOutOfRangeException.ThrowIfZero(iova.Value, nameof(iova));
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            var info = GetInfo();
            if (!info.Allows(iova.Value, region.Length))
                throw new NvmeSetupException(SetupProblem.Unsupported, "",
                    $"{region.Length:N0} bytes at IOVA {iova} lie outside what the IOMMU behind {Name} can map: {string.Join(", ", info.Ranges)}.");
            if (info.MappingsAvailable == 0)
                throw VfioMapError.TooManyMappings(Name);
            var map = new VfioIommuType1DmaMap
            {
                Argsz = (uint)Unsafe.SizeOf<VfioIommuType1DmaMap>(),
                Flags = VfioDmaMapFlags.Read | VfioDmaMapFlags.Write,
                Vaddr = (ulong)region.Address,
                Iova = iova.Value,
                Size = region.Length,
            };
            // The limit is looked at first: a mapping that failed half-way has given its share back, but another thread may lock meanwhile.
            var locked = LockedMemory.Read();
            var result = _file.Ioctl(VfioIoctl.IommuMapDma, &map);
            if (result < 0)
                throw VfioMapError.Create(-result, Name, region, iova, locked);
        }
    }

    /// <inheritdoc/>
    public void Unmap(DmaRegion region, Iova iova)
    {
        ArgumentNullException.ThrowIfNull(region);
        lock (_gate)
        {
            // With the container went its mappings; nothing can reach the memory any more.
            if (_closed)
                return;
            var unmap = new VfioIommuType1DmaUnmap
            {
                Argsz = (uint)Unsafe.SizeOf<VfioIommuType1DmaUnmap>(),
                Iova = iova.Value,
                Size = region.Length,
            };
            var result = _file.Ioctl(VfioIoctl.IommuUnmapDma, &unmap);
            if (result < 0)
                throw new NvmeSetupException(SetupProblem.SystemError, "",
                    $"The kernel did not unmap {region.Length:N0} bytes at {iova} from {Name}: {Errno.Describe(-result)}; the memory must not be used again.");
            // The call succeeds also when it found nothing, or a part: a device could then still write into the rest (trap of SPDK #1705).
            if (unmap.Size != region.Length)
                throw new NvmeSetupException(SetupProblem.SystemError, "",
                    $"The kernel unmapped {unmap.Size:N0} of {region.Length:N0} bytes at {iova} from {Name}: the memory must not be used again.");
        }
    }

    /// <summary>Closes the container. Its groups have been closed before, or were never added.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _file.Dispose();
        }
    }

    private VfioIommuInfo GetInfo()
    {
        var result = VfioInfoCall.TryAsk(_file, VfioIoctl.IommuGetInfo, Unsafe.SizeOf<VfioIommuType1Info>(), null, out var answer);
        return result >= 0 ? VfioIommuInfo.Parse(answer) : throw new NvmeSetupException(SetupProblem.SystemError, "",
            $"The kernel does not say what the IOMMU behind {Name} can do: {Errno.Describe(-result)}.");
    }

    private static NvmeSetupException OpenError(int error, VfioGroup group)
    {
        if (error == Errno.EACCES || error == Errno.EPERM)
            return group.Error(SetupProblem.NoPermission,
                $"{DevicePath} may not be opened by this user: give it mode 0666, as the kernel does by itself (chmod 0666 {DevicePath}); it gives access to no device.");
        if (error == Errno.ENOENT || error == Errno.ENODEV)
            return group.Error(SetupProblem.Unsupported,
                $"{DevicePath} does not exist: load the module vfio-pci (modprobe vfio-pci), or pass the file into this container.");
        return group.Error(SetupProblem.SystemError, $"{DevicePath} cannot be opened: {Errno.Describe(error)}.");
    }

    private static NvmeSetupException SetIommuError(int error, VfioGroup group) => error == Errno.EPERM
        ? group.Error(SetupProblem.NoIommu,
            $"The IOMMU of {group.Name} does not remap interrupts, so the device could forge them: switch interrupt remapping on in the firmware, or accept the risk with vfio_iommu_type1.allow_unsafe_interrupts=1.")
        : group.Error(SetupProblem.NoIommu, $"The IOMMU of {group.Name} cannot be switched on: {Errno.Describe(error)}; the kernel's log says why.");
}
