using System.Runtime.InteropServices;
using UserNvme.Memory;
using UserNvme.Pci;

namespace UserNvme.Transports.Vfio;

/// <summary>
/// A PCIe controller in this machine, reached through VFIO with a type 1 IOMMU. Register access, reset and interrupts are thread-safe and
/// cold; doorbells belong to the owners of the queues. Disposed last, when the controller has stopped and no queue is used any more:
/// registers then read all-ones, but a doorbell kept beyond that points to nothing.
/// </summary>
public sealed class VfioTransport : NvmeTransport
{
    private const int FirstDoorbell = 0x1000;

    private readonly PciDevice _description;
    private readonly VfioDevice _device;
    private readonly VfioConfigSpace _config;
    private readonly VfioBar _bar;
    private readonly VfioInterrupts _interrupts;
    private readonly VfioRemovalWatch _watch;
    private readonly Lock _gate = new();
    private bool _closed;

    private VfioTransport(PciDevice description, VfioDevice device)
    {
        _description = description;
        _device = device;
        _config = new VfioConfigSpace(device);
        _interrupts = new VfioInterrupts(device);
        _watch = new VfioRemovalWatch(device);
        try
        {
            _bar = new VfioBar(device);
        }
        catch
        {
            _watch.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override string Address => _description.Address.ToString();

    /// <inheritdoc/>
    public override ushort VendorId => _description.VendorId;

    /// <inheritdoc/>
    public override ushort DeviceId => _description.DeviceId;

    /// <inheritdoc/>
    public override int NumaNode => _description.NumaNode;

    /// <summary>The VFIO container; controllers of this process share one where their IOMMUs allow it.</summary>
    public override IDmaDomain Domain => _device.Container;

    /// <inheritdoc/>
    public override int RegisterSpaceLength => _bar.Length;

    /// <inheritdoc/>
    public override int InterruptVectors => _interrupts.Count;

    /// <inheritdoc/>
    public override CancellationToken Removed => _watch.Removed;

    /// <inheritdoc/>
    public override bool CanReset => _device.Flags.HasFlag(VfioDeviceFlags.Reset);

    /// <summary>Makes PCI addresses known to <see cref="TransportRegistry"/>.</summary>
    public static void Register() => TransportRegistry.Register(TransportRegistry.DefaultScheme, address => Open(address));

    /// <summary>
    /// Opens a controller that is bound to vfio-pci. Memory decode and bus mastering are on, INTx is off, and a controller that an earlier
    /// owner left enabled is disabled.
    /// </summary>
    /// <param name="address">"0000:01:00.0" or "01:00.0", for SR-IOV functions also "0000:01:00.0?vf-token=UUID".</param>
    /// <exception cref="NvmeSetupException">The controller cannot be reached; the message says why and what to do.</exception>
    /// <exception cref="PlatformNotSupportedException">The processor is not an x64 one (rule 7).</exception>
    public static VfioTransport Open(string address) => Open(address, HostPaths.Default);

    internal static VfioTransport Open(string address, HostPaths host)
    {
        CheckPlatform(RuntimeInformation.ProcessArchitecture);
        var name = VfioAddress.Parse(address);
        var description = PciBus.FindNvme(name.Address, host);
        var device = VfioDevice.Open(description, CheckUsable(description), name, host);
        VfioTransport? transport = null;
        try
        {
            transport = new VfioTransport(description, device);
            VfioStart.Run(device, transport._config, transport._bar, transport.Removed);
            transport._interrupts.SwitchOn();
            return transport;
        }
        catch
        {
            transport?.Dispose();
            device.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override uint Read32(int offset) => _bar.Read32(offset);

    /// <inheritdoc/>
    public override void Write32(int offset, uint value) => _bar.Write32(offset, value);

    /// <inheritdoc/>
    public override Doorbell GetDoorbell(int offset)
    {
        if (offset < FirstDoorbell || offset > _bar.Length - sizeof(uint))
            throw new NvmeSetupException(SetupProblem.DeviceFailed, Address,
                $"A doorbell of {Address} would be at 0x{offset:x}, outside its {_bar.Length:N0} bytes of registers: use fewer queues.");
        return _bar.GetDoorbell(offset);
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _device.Reset(Removed);
            VfioStart.Run(_device, _config, _bar, Removed);
        }
    }

    /// <inheritdoc/>
    public override void SetBusMaster(bool enabled)
    {
        lock (_gate)
        {
            // The kernel switches it off when the device is closed.
            if (_closed && !enabled)
                return;
            ObjectDisposedException.ThrowIf(_closed, this);
            _config.SetBusMaster(enabled);
        }
    }

    /// <inheritdoc/>
    public override void SetInterrupt(int vector, int eventFileDescriptor)
    {
        lock (_gate)
        {
            // Closing the device has detached them all.
            if (_closed && eventFileDescriptor < 0)
                return;
            ObjectDisposedException.ThrowIf(_closed, this);
            _interrupts.Set(vector, eventFileDescriptor);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // Only a deliberate close comes here (there is no finalizer): the kernel cleans up after a process that dies.
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            _watch.Dispose();
            _bar.Dispose();
            _device.Dispose();
        }
    }

    /// <summary>Refuses processors whose stores to memory and to doorbells this library does not order (rule 7).</summary>
    internal static void CheckPlatform(Architecture architecture)
    {
        if (architecture != Architecture.X64)
            throw new PlatformNotSupportedException(
                $"UserNvme reaches PCIe controllers on x64 only: on {architecture} a doorbell could overtake the command that it announces.");
    }

    /// <summary>The device's group, or the reason why it cannot be opened.</summary>
    internal static int CheckUsable(PciDevice device)
    {
        var address = device.Address.ToString();
        if (device.Driver is null)
            throw new NvmeSetupException(SetupProblem.WrongDriver, address,
                $"{address} has no driver: give it to vfio-pci with 'usernvme bind {address}'.");
        if (!PciDevice.IsVfioDriver(device.Driver))
            throw new NvmeSetupException(SetupProblem.WrongDriver, address,
                $"{address} is bound to the kernel's {device.Driver} driver: take it away with 'usernvme bind {address}'.");
        if (device.IsNoIommu)
            throw VfioGroupError.NoIommuMode(address);
        return device.IommuGroup ?? throw new NvmeSetupException(SetupProblem.NoIommu, address,
            $"{address} is in no IOMMU group: switch the IOMMU on in the firmware (VT-d, AMD-Vi) and with intel_iommu=on or amd_iommu=on on the kernel's command line.");
    }
}
