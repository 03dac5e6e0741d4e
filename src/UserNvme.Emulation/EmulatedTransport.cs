using System.Globalization;
using UserNvme.Emulation.Hosts;
using UserNvme.Memory;
using UserNvme.Transports;

namespace UserNvme.Emulation;

/// <summary>The way to an <see cref="EmulatedController"/> of this process.</summary>
public sealed class EmulatedTransport : NvmeTransport
{
    /// <summary>The scheme of addresses: "emulated:" and "emulated:?size=4G".</summary>
    public const string Scheme = "emulated";

    private readonly IControllerHost _host;
    private bool _isDisposed;

    /// <summary>Starts a controller.</summary>
    /// <param name="controller">The controller; the transport disposes it.</param>
    /// <param name="host">Who steps it.</param>
    /// <param name="address">The address for messages.</param>
    public EmulatedTransport(EmulatedController controller, EmulatedHostKind host = EmulatedHostKind.Thread, string address = "emulated:")
    {
        ArgumentNullException.ThrowIfNull(controller);
        Controller = controller;
        Address = address;
        _host = host == EmulatedHostKind.Inline ? new InlineHost(controller) : new ThreadHost(controller);
    }

    /// <summary>The controller at the other end.</summary>
    public EmulatedController Controller { get; }

    /// <summary>
    /// Whether doorbell and register writes step the controller on the calling thread, for <see cref="EmulatedHostKind.Inline"/>; true unless
    /// set. Where it is false somebody calls <see cref="EmulatedController.Step"/>.
    /// </summary>
    public bool AutoStep
    {
        get => _host is InlineHost { AutoStep: true };
        set
        {
            if (_host is not InlineHost inline)
                throw new InvalidOperationException($"{Address} is stepped by its own thread.");
            inline.AutoStep = value;
        }
    }

    /// <inheritdoc/>
    public override string Address { get; }

    /// <inheritdoc/>
    public override ushort VendorId => 0;

    /// <inheritdoc/>
    public override ushort DeviceId => 0;

    /// <inheritdoc/>
    public override IDmaDomain Domain => Controller.Domain;

    /// <inheritdoc/>
    public override int RegisterSpaceLength => Controller.RegisterSpaceLength;

    /// <inheritdoc/>
    public override int InterruptVectors => Controller.InterruptVectors;

    /// <inheritdoc/>
    public override bool DoorbellsAreMemory => true;

    /// <inheritdoc/>
    public override CancellationToken Removed => Controller.Removed;

    /// <inheritdoc/>
    public override bool CanReset => Controller.Options.CanReset;

    /// <summary>Makes "emulated:" addresses known to <see cref="TransportRegistry"/>.</summary>
    public static void Register() => TransportRegistry.Register(Scheme, Open);

    /// <summary>Makes a controller and starts it.</summary>
    public static EmulatedTransport Start(EmulatedControllerOptions? options = null, EmulatedHostKind host = EmulatedHostKind.Thread) =>
        new(new EmulatedController(options), host);

    /// <summary>Makes the controller that an address describes and starts it.</summary>
    /// <param name="options">What stands behind "emulated:", such as "?size=4G&amp;latency=10us"; empty for the defaults.</param>
    /// <exception cref="NvmeSetupException">The address is wrong, or there is no memory or file for a namespace.</exception>
    public static EmulatedTransport Open(string options)
    {
        var address = EmulatedAddress.Parse(options);
        return new EmulatedTransport(new EmulatedController(address.Options), address.Host, $"{Scheme}:{options}");
    }

    /// <inheritdoc/>
    public override uint Read32(int offset)
    {
        _host.Nudge();
        return Controller.ReadRegister(offset);
    }

    /// <inheritdoc/>
    public override void Write32(int offset, uint value)
    {
        Controller.WriteRegister(offset, value);
        _host.Nudge();
    }

    /// <inheritdoc/>
    public override Doorbell GetDoorbell(int offset) => _host.GetDoorbell(offset)
        ?? throw new NvmeSetupException(SetupProblem.DeviceFailed, Address, string.Create(CultureInfo.InvariantCulture,
            $"{Address} has no doorbell at offset 0x{offset:x}: its register space of {RegisterSpaceLength} bytes has doorbells for {Controller.Options.MaxQueues} I/O queues."));

    /// <inheritdoc/>
    public override void Reset() => Controller.ResetFunction();

    /// <inheritdoc/>
    public override void SetBusMaster(bool enabled)
    {
        Controller.SetBusMaster(enabled);
        _host.Nudge();
    }

    /// <inheritdoc/>
    public override void SetInterrupt(int vector, int eventFileDescriptor) => Controller.SetInterrupt(vector, eventFileDescriptor);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing || _isDisposed) return;
        _isDisposed = true;
        _host.Dispose();
        Controller.Dispose();
    }
}
