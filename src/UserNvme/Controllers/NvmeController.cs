using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using UserNvme.Interop;
using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;
using UserNvme.Transports;

namespace UserNvme.Controllers;

/// <summary>
/// An NVMe controller that this process drives: brought up by <see cref="OpenAsync(string, NvmeControllerOptions?, CancellationToken)"/>,
/// shut down in order by <see cref="DisposeAsync"/>. A service thread of its own has the admin queue, watches the device and resets it
/// when a command is past its timeout. Members are safe to call from any thread.
/// </summary>
public sealed partial class NvmeController : IAsyncDisposable
{
    private readonly RegisterBank _registers;
    private readonly ILogger _logger;
    private readonly bool _ownsHeap;
    private byte[] _identityData = [];
    private volatile int _formatGeneration;
    private volatile ControllerState _state = ControllerState.Opening;

    private NvmeController(NvmeTransport transport, NvmeControllerOptions options)
    {
        Transport = transport;
        Options = options.Copy();
        Address = transport.Address;
        _registers = new RegisterBank(transport);
        _logger = options.LoggerFactory?.CreateLogger<NvmeController>() ?? NullLogger<NvmeController>.Instance;
        _ownsHeap = options.Heap is null && transport.NeedsPrivateHeap;
        Heap = options.Heap ?? (_ownsHeap ? new DmaHeap(new DmaHeapOptions { NumaNode = transport.NumaNode }, _logger) : SharedHeap.Get(_logger));
        Cores = options.Cores ?? [ThreadAffinity.Allowed()[^1]];
        Space = null!;
        _admin = null!;
    }

    /// <summary>The controller's address.</summary>
    public string Address { get; }

    /// <summary>How the controller is reached. Its registers may be read; the driver writes them.</summary>
    public NvmeTransport Transport { get; }

    /// <summary>Where in its life the controller is.</summary>
    public ControllerState State => _state;

    /// <summary>How often the controller was reset and came back since it was opened.</summary>
    public int ResetCount { get; private set; }

    /// <summary>The DMA memory that the controller reaches: buffers rented here are read and written in place.</summary>
    public DmaHeap Heap { get; }

    /// <summary>Capabilities (CAP) as read at bring-up.</summary>
    public ControllerCapabilities Capabilities { get; private set; }

    /// <summary>The version of the specification that the controller follows (VS).</summary>
    public NvmeVersion Version { get; private set; }

    /// <summary>Identify Controller (CNS 01h), parsed. The device wrote it: values are checked where the driver uses them.</summary>
    public IdentifyController Identity { get; private set; }

    /// <summary>The 4096 bytes of Identify Controller as the device gave them.</summary>
    public ReadOnlyMemory<byte> IdentityData => _identityData;

    /// <summary>The active namespaces at the last bring-up, ascending.</summary>
    public IReadOnlyList<NvmeNamespace> Namespaces { get; private set; } = [];

    /// <summary>The longest transfer of one command in bytes: MDTS and <see cref="NvmeControllerOptions.MaxTransferBytes"/>, whole pages.</summary>
    public int MaxTransferBytes { get; private set; }

    /// <summary>The memory page size that the controller was set to (CC.MPS), in bytes.</summary>
    public int PageSize { get; private set; }

    /// <summary>The most entries that an I/O queue can have (CAP.MQES + 1).</summary>
    public int MaxQueueEntries => Capabilities.MaxQueueEntries;

    internal NvmeControllerOptions Options { get; }

    /// <summary>Counts the commands that may have changed what the namespaces are.</summary>
    internal int FormatGeneration => _formatGeneration;

    internal IReadOnlyList<int> Cores { get; }

    internal DmaSpace Space { get; private set; }

    internal NvmLimits NvmLimits { get; private set; } = new();

    /// <summary>Reaches and brings up the controller with this address.</summary>
    /// <param name="address">"0000:01:00.0", "emulated:", or another scheme that is registered.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up; the controller is left disabled.</param>
    /// <exception cref="NvmeSetupException">It cannot be reached or does not come up.</exception>
    public static Task<NvmeController> OpenAsync(string address, NvmeControllerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new NvmeControllerOptions();
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        return OpenAsync(TransportRegistry.Open(address), options, cancellationToken);
    }

    /// <summary>Brings up the controller behind a transport, which belongs to the controller from here on, also when this fails.</summary>
    /// <param name="transport">The way to the controller.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up; the controller is left disabled.</param>
    /// <exception cref="NvmeSetupException">It does not come up.</exception>
    public static async Task<NvmeController> OpenAsync(NvmeTransport transport, NvmeControllerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transport);
        NvmeController controller;
        try
        {
            options ??= new NvmeControllerOptions();
            options.Validate();
            controller = new NvmeController(transport, options);
        }
        catch
        {
            transport.Dispose();
            throw;
        }

        await controller.StartAsync(cancellationToken).ConfigureAwait(false);
        return controller;
    }

    /// <summary>Runs an admin command, with its data if it has some.</summary>
    /// <param name="command">The command, as <see cref="AdminCommands"/> makes it; bits 1:0 of the opcode say which way the data goes.</param>
    /// <param name="data">What is sent, or what is filled; at most <see cref="MaxTransferBytes"/>. Empty for a command without data.</param>
    /// <param name="cancellationToken">Asks for an abort; the task ends when the command has.</param>
    /// <returns>The completion; its status is success.</returns>
    /// <exception cref="NvmeException">The controller answered with an error, or was stopped before it answered.</exception>
    /// <exception cref="ArgumentException">The data is too long or no whole dwords, or the command is Doorbell Buffer Config, which is the driver's own.</exception>
    public async Task<CompletionEntry> AdminAsync(SubmissionEntry command, Memory<byte> data = default, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_state == ControllerState.Closed, this);
        if (data.Length > MaxTransferBytes)
            throw new ArgumentException($"{data.Length} bytes are more than one command of {Address} moves, {MaxTransferBytes}: ask for parts.", nameof(data));
        if ((data.Length & 3) != 0) throw new ArgumentException($"{data.Length} bytes are not whole dwords.", nameof(data));
        if (command.Opcode == (byte)AdminOpcode.DoorbellBufferConfig)
            throw new ArgumentException($"Doorbell Buffer Config would turn {Address} away from the driver's doorbells: see {nameof(NvmeControllerOptions)}.{nameof(NvmeControllerOptions.ShadowDoorbells)}.", nameof(command));
        using var buffer = data.IsEmpty ? null : Heap.Rent(data.Length, PageSize);
        var toController = (command.Opcode & 1) != 0;
        if (buffer is not null)
        {
            if (toController) data.CopyTo(buffer.Memory);
            else buffer.Memory.Span.Clear();
        }

        var changesFormat = (AdminOpcode)command.Opcode is AdminOpcode.FormatNvm or AdminOpcode.NamespaceManagement or AdminOpcode.NamespaceAttachment;
        // Before the command is issued: an open block device must not use the old block size one command longer.
        if (changesFormat) Interlocked.Increment(ref _formatGeneration);
        var request = new AdminRequest(command, buffer, data.Length) { Token = cancellationToken };
        using var registration = cancellationToken.UnsafeRegister(static c => ((NvmeController)c!).WakeService(), this);
        _admin.Enqueue(request);
        WakeService();
        if (_serviceEnded) FailCalls();
        var completion = await request.Completion.ConfigureAwait(false);
        CheckAdmin(in command, in completion);
        if (changesFormat) await OnServiceAsync(ScanNamespaces).ConfigureAwait(false);
        if (buffer is not null && (command.Opcode & 2) != 0) buffer.Memory[..data.Length].CopyTo(data);
        return completion;
    }

    /// <summary>Stops the controller and brings it up again. Commands in flight end with <see cref="CommandFate.Unknown"/>; what waits is issued afterwards.</summary>
    /// <exception cref="NvmeSetupException">It did not come back and is now dead.</exception>
    public Task ResetAsync(CancellationToken cancellationToken = default) =>
        OnServiceAsync(() => Recover("a reset was asked for")).WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public override string ToString() => Address;

    private void CheckAdmin(in SubmissionEntry command, in CompletionEntry completion)
    {
        if (completion.Status.IsSuccess) return;
        throw new NvmeException($"Admin command {(AdminOpcode)command.Opcode} of {Address} failed: {completion.Status}.", CommandFate.Completed, completion.Status)
        {
            Address = Address,
            NamespaceId = new NamespaceId(command.NamespaceId),
            Opcode = command.Opcode,
        };
    }
}
