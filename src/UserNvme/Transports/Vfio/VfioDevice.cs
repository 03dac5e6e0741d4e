using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using UserNvme.Interop;
using UserNvme.Pci;

namespace UserNvme.Transports.Vfio;

/// <summary>
/// A PCI function opened through VFIO. While it is open nobody else has it; when it is closed, also by the death of the process, the
/// kernel stops its DMA and resets it (trap P33).
/// </summary>
internal sealed unsafe class VfioDevice : IDisposable
{
    // A device that is being reset or was just bound answers ENODEV for a moment (openvmm #2491).
    private static readonly TimeSpan s_openLimit = TimeSpan.FromSeconds(5);

    // The kernel itself waits up to 60 s for a device after a reset; a reset that another one keeps out is tried again this long.
    private static readonly TimeSpan s_resetLimit = TimeSpan.FromSeconds(10);

    private readonly VfioGroup _group;
    private bool _released;

    private VfioDevice(VfioGroup group, PciAddress address, FileDescriptor file, VfioDeviceFlags flags)
    {
        _group = group;
        Address = address;
        File = file;
        Flags = flags;
    }

    /// <summary>Where the device is.</summary>
    public PciAddress Address { get; }

    /// <summary>The device's file: regions are read, written and mapped at their offsets.</summary>
    public FileDescriptor File { get; }

    /// <summary>What the device can do.</summary>
    public VfioDeviceFlags Flags { get; }

    /// <summary>The DMA domain that the device is in.</summary>
    public VfioContainer Container => _group.Container!;

    /// <summary>Opens a device, its group and its container.</summary>
    /// <param name="device">What sysfs says of it; it is bound to a VFIO driver.</param>
    /// <param name="group">The number of its group.</param>
    /// <param name="name">The name to open it by, with the VF token where there is one.</param>
    /// <param name="host">Where the device nodes are.</param>
    /// <exception cref="NvmeSetupException">It cannot be opened; the message says why.</exception>
    public static VfioDevice Open(PciDevice device, int group, VfioAddress name, HostPaths host)
    {
        var shared = VfioRegistry.Acquire(device, group, host);
        FileDescriptor? file = null;
        try
        {
            var error = 0;
            BoundedWait.Until(() => (file = shared.TryOpenDevice(name.DeviceName, out error)) is not null || error is not (Errno.ENODEV or Errno.EAGAIN), s_openLimit);
            if (file is null)
                throw OpenError(error, device, name, shared);
            return new VfioDevice(shared, device.Address, file, GetFlags(file, device.Address));
        }
        catch
        {
            file?.Dispose();
            VfioRegistry.Release(shared, device.Address);
            throw;
        }
    }

    /// <summary>A region of the device.</summary>
    /// <exception cref="NvmeSetupException">The device does not describe it.</exception>
    public VfioRegion GetRegion(VfioPciRegion index) =>
        VfioRegion.TryGet(File, index, out var error) ?? throw Error(SetupProblem.SystemError,
            $"VFIO does not describe region {index} of {Address}: {Errno.Describe(-error)}.");

    /// <summary>The interrupts of an index; a count of 0 where the device has none of them.</summary>
    public VfioIrqInfo GetIrqInfo(VfioPciIrq index)
    {
        var info = new VfioIrqInfo { Argsz = (uint)Unsafe.SizeOf<VfioIrqInfo>(), Index = (uint)index };
        return File.Ioctl(VfioIoctl.DeviceGetIrqInfo, &info) < 0 ? default : info;
    }

    /// <summary>Resets the function. The kernel has saved and restored the config space, and waited for the device, when it returns.</summary>
    /// <exception cref="NvmeSetupException">There is no reset, or it failed.</exception>
    public void Reset(CancellationToken removed)
    {
        if (!Flags.HasFlag(VfioDeviceFlags.Reset))
            throw Error(SetupProblem.Unsupported, $"{Address} has no function reset.");
        var result = 0;
        BoundedWait.Until(() => (result = File.Ioctl(VfioIoctl.DeviceReset)) != -Errno.EAGAIN, s_resetLimit, removed);
        if (result < 0)
            throw Error(SetupProblem.DeviceFailed, $"{Address} could not be reset: {Errno.Describe(-result)}.");
    }

    /// <summary>An error about this device.</summary>
    public NvmeSetupException Error(SetupProblem problem, string message) => new(problem, Address.ToString(), message);

    /// <summary>Closes the device, and with the last one of it the group and the container, in this order.</summary>
    public void Dispose()
    {
        if (_released)
            return;
        _released = true;
        File.Dispose();
        VfioRegistry.Release(_group, Address);
    }

    private static VfioDeviceFlags GetFlags(FileDescriptor file, PciAddress address)
    {
        var result = VfioInfoCall.TryAsk(file, VfioIoctl.DeviceGetInfo, Unsafe.SizeOf<VfioDeviceInfo>(), null, out var answer);
        var info = result < 0 ? default : MemoryMarshal.Read<VfioDeviceInfo>(answer);
        return info.Flags.HasFlag(VfioDeviceFlags.Pci) ? info.Flags : throw new NvmeSetupException(SetupProblem.Unsupported, address.ToString(),
            $"VFIO does not offer {address} as a PCI device{(result < 0 ? ": " + Errno.Describe(-result) : "")}.");
    }

    private static NvmeSetupException OpenError(int error, PciDevice device, VfioAddress name, VfioGroup group) => error switch
    {
        Errno.EACCES when name.VfToken is null => group.Error(SetupProblem.NoPermission,
            $"{device.Address} is an SR-IOV function whose owner has set a VF token: open it as {device.Address}?vf-token=UUID."),
        Errno.EACCES => group.Error(SetupProblem.NoPermission,
            $"{device.Address} does not accept this VF token: ask the owner of the physical function for it."),
        Errno.EINVAL when name.VfToken is not null => group.Error(SetupProblem.BadAddress,
            $"{device.Address} takes no VF token: it is no SR-IOV function whose physical function is bound to vfio-pci; leave the option out."),
        Errno.EBUSY => group.Error(SetupProblem.HeldByProcess,
            $"{device.Address} is held by another process: end it first."),
        Errno.ENODEV => group.Error(SetupProblem.DeviceFailed,
            $"VFIO does not offer {device.Address} although it is bound to {device.Driver}: the device is going away or did not wake up; the kernel's log says why."),
        _ => group.Error(SetupProblem.SystemError, $"{device.Address} cannot be opened through VFIO: {Errno.Describe(error)}."),
    };
}
