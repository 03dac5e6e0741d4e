using System.Runtime.CompilerServices;
using System.Text;
using UserNvme.Interop;
using UserNvme.Pci;

namespace UserNvme.Transports.Vfio;

/// <summary>
/// An IOMMU group that this process holds: the smallest set of devices that the IOMMU can keep apart from others. The kernel gives a
/// group to one process at a time. Owned by the registry, which serialises all calls but <see cref="TryOpenDevice"/>.
/// </summary>
internal sealed unsafe class VfioGroup : IDisposable
{
    private readonly FileDescriptor _file;
    private readonly HashSet<PciAddress> _devices = [];
    private readonly PciDevice _first;
    private readonly string _path;

    private VfioGroup(FileDescriptor file, PciDevice first, string path, int number)
    {
        _file = file;
        _first = first;
        _path = path;
        Number = number;
    }

    /// <summary>The group's number.</summary>
    public int Number { get; }

    /// <summary>The device for which the group was opened; stands for the group in messages.</summary>
    public string Name => _first.Address.ToString();

    /// <summary>The container that the group is in; null before it joins one.</summary>
    public VfioContainer? Container { get; set; }

    /// <summary>The devices of the group that are open in this process.</summary>
    public ISet<PciAddress> OpenDevices => _devices;

    /// <summary>Opens the group of a device.</summary>
    /// <param name="device">The device; its group is neither absent nor one without an IOMMU.</param>
    /// <param name="group">The group's number.</param>
    /// <param name="host">Where the device nodes are.</param>
    /// <exception cref="NvmeSetupException">It may not be opened, is held, or cannot be used.</exception>
    public static VfioGroup Open(PciDevice device, int group, HostPaths host)
    {
        var path = host.VfioGroupNode(group);
        var file = FileDescriptor.TryOpen(path, out var error) ?? throw VfioGroupError.ForOpen(error, device, group, host);
        var opened = new VfioGroup(file, device, path, group);
        try
        {
            opened.CheckViable();
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Joins a container; 0 or a negated error number.</summary>
    public int SetContainer(FileDescriptor container)
    {
        var number = container.Number;
        return _file.Ioctl(VfioIoctl.GroupSetContainer, &number);
    }

    /// <summary>Opens a device of the group.</summary>
    /// <param name="name">Its address, and the VF token where there is one.</param>
    /// <param name="error">The error number where the result is null.</param>
    public FileDescriptor? TryOpenDevice(string name, out int error)
    {
        int result;
        fixed (byte* text = Encoding.ASCII.GetBytes(name + '\0'))
            result = _file.Ioctl(VfioIoctl.GroupGetDeviceFd, text);
        error = result < 0 ? -result : 0;
        return result < 0 ? null : FileDescriptor.Adopt(result);
    }

    /// <summary>The error for a group that no container takes.</summary>
    public NvmeSetupException AttachError(int error) =>
        VfioGroupError.NotViable(_first.Address, Number, HostPaths.Default) ?? Error(SetupProblem.SystemError,
            $"IOMMU group {Number} of {Name} cannot be given to VFIO: {Errno.Describe(error)}; the kernel's log says why.");

    /// <summary>An error about this group's device.</summary>
    public NvmeSetupException Error(SetupProblem problem, string message) => new(problem, Name, message);

    /// <summary>Closes the group, which takes it out of its container. Its devices have been closed before.</summary>
    public void Dispose() => _file.Dispose();

    private void CheckViable()
    {
        var status = new VfioGroupStatus { Argsz = (uint)Unsafe.SizeOf<VfioGroupStatus>() };
        var result = _file.Ioctl(VfioIoctl.GroupGetStatus, &status);
        if (result < 0)
            throw Error(SetupProblem.SystemError, $"{_path} does not answer as a VFIO group: {Errno.Describe(-result)}.");
        if (!status.Flags.HasFlag(VfioGroupFlags.Viable))
            throw AttachError(Errno.EBUSY);
    }
}
