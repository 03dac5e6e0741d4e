using System.Buffers.Binary;
using System.Globalization;
using UserNvme.Interop;
using UserNvme.Memory;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Transports.VfioUser;

/// <summary>
/// A controller that another process serves over a UNIX socket (vfio-user): SPDK's nvmf_tgt, or `usernvme emulate`. Registers are reached by
/// messages, doorbells by stores where the server shares them. Every request ends within 10 seconds; when the server goes away
/// <see cref="Removed"/> is cancelled and registers read all-ones. Disposed last, as no queue is used any more.
/// </summary>
public sealed unsafe class VfioUserTransport : NvmeTransport, IDoorbellSink
{
    /// <summary>The scheme of addresses: "vfio-user:/path/to/cntrl", or the folder that holds it.</summary>
    public const string Scheme = "vfio-user";

    internal const int FirstDoorbell = 0x1000;

    private const uint Bar0 = 0;
    private const uint Msix = 2;
    private const int AdminVector = 0;
    private const int LeastRegions = 8; // BARs, ROM and the configuration space.
    private const int MostVectors = 2048; // PCI's own limit of an MSI-X table.

    private readonly VfioUserConnection _connection;
    private readonly VfioUserDomain _domain;
    private readonly VfioUserBar _bar;
    private readonly VfioUserDeviceFlags _flags;
    private readonly VfioUserConfigSpace _config;
    private FileDescriptor? _unheard;
    private bool _closed;

    private VfioUserTransport(VfioUserConnection connection)
    {
        _connection = connection;
        _domain = new VfioUserDomain(connection);
        _flags = AskDevice();
        InterruptVectors = AskVectors();
        _config = new VfioUserConfigSpace(this);
        VendorId = _config.VendorId;
        DeviceId = _config.DeviceId;
        // INTx is off then: while it is on, a server that has no eventfd for it takes a completion's interrupt for a failure of its own (SPDK's nvmf_tgt).
        _config.EnableDevice();
        // And so is what an earlier client may have left on.
        _config.SwitchMsix(false);
        var request = new VfioUserRegionInfo { Argsz = 4096, Index = Bar0 };
        using var reply = connection.Ask(VfioUserCommand.DeviceGetRegionInfo, VfioUserPayload.ToBytes(request));
        var region = connection.Checked(() => VfioUserRegion.Parse(reply.Payload.Span, Bar0));
        if (region.Size is < FirstDoorbell + 8 or > int.MaxValue)
            throw new NvmeSetupException(SetupProblem.NotNvme, Address, $"{Address} has {region.Size:N0} bytes of registers, which no NVMe controller has: give the socket of one.");
        RegisterSpaceLength = (int)region.Size;
        using var file = reply.TakeDescriptor();
        _bar = new VfioUserBar(Address, region, file);
    }

    /// <inheritdoc/>
    public override string Address => _connection.Address;

    /// <inheritdoc/>
    public override ushort VendorId { get; }

    /// <inheritdoc/>
    public override ushort DeviceId { get; }

    /// <summary>What the server has been given; its memory is passed by descriptors, so memory that a caller registered is refused.</summary>
    public override IDmaDomain Domain => _domain;

    /// <inheritdoc/>
    public override bool NeedsPrivateHeap => true;

    /// <inheritdoc/>
    public override int RegisterSpaceLength { get; }

    /// <inheritdoc/>
    public override int InterruptVectors { get; }

    internal override bool InterruptsStayAttached => true;

    /// <inheritdoc/>
    public override unsafe bool DoorbellsAreMemory => _bar.Register(FirstDoorbell) != null;

    /// <summary>Cancelled when the server goes away.</summary>
    public override CancellationToken Removed => _connection.Lost;

    /// <inheritdoc/>
    public override string? RemovedBecause => _connection.LostBecause is { } why ? $"the vfio-user server at {_connection.Path} is gone ({why})" : null;

    /// <inheritdoc/>
    public override bool CanReset => _flags.HasFlag(VfioUserDeviceFlags.Reset);

    /// <summary>Makes "vfio-user:" addresses known to <see cref="TransportRegistry"/>.</summary>
    public static void Register() => TransportRegistry.Register(Scheme, Open);

    /// <summary>Connects to a server.</summary>
    /// <param name="path">The socket, or the folder that holds a socket named cntrl.</param>
    /// <exception cref="NvmeSetupException">Nobody serves there, or what is served is no NVMe controller.</exception>
    public static VfioUserTransport Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length == 0)
            throw new NvmeSetupException(SetupProblem.BadAddress, $"{Scheme}:", $"'{Scheme}:' needs the path of a socket, as in {Scheme}:/var/run/nvme/cntrl.");
        var connection = new VfioUserConnection($"{Scheme}:{path}", Directory.Exists(path) ? Path.Combine(path, "cntrl") : path);
        try
        {
            return new VfioUserTransport(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override uint Read32(int offset)
    {
        try
        {
            return _connection.IsLost ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(ReadRegion(Bar0, offset, sizeof(uint)));
        }
        catch (NvmeSetupException) when (_connection.IsLost)
        {
            return uint.MaxValue; // As a device that is pulled out.
        }
    }

    /// <inheritdoc/>
    public override void Write32(int offset, uint value)
    {
        Span<byte> data = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(data, value);
        try
        {
            if (!_connection.IsLost)
                WriteRegion(Bar0, offset, data);
        }
        catch (NvmeSetupException) when (_connection.IsLost)
        {
            // Writes to a device that is gone go nowhere; Removed tells.
        }
    }

    /// <inheritdoc/>
    void IDoorbellSink.Ring(int offset, uint value) => Write32(offset, value);

    /// <inheritdoc/>
    public override Doorbell GetDoorbell(int offset)
    {
        if (offset < FirstDoorbell || offset > RegisterSpaceLength - sizeof(uint))
            throw new NvmeSetupException(SetupProblem.DeviceFailed, Address, string.Create(CultureInfo.InvariantCulture,
                $"A doorbell of {Address} would be at 0x{offset:x}, outside its {RegisterSpaceLength} bytes of registers: use fewer queues."));
        var register = _bar.Register(offset);
        return register != null ? new Doorbell(register) : new Doorbell(this, offset);
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        _connection.Ask(VfioUserCommand.DeviceReset, []).Dispose();
        _config.EnableDevice();
    }

    /// <inheritdoc/>
    public override void SetBusMaster(bool enabled)
    {
        // A server that is gone has lost its mappings with the connection.
        if (_connection.IsLost && !enabled)
            return;
        _config.SetBusMaster(enabled);
    }

    /// <inheritdoc/>
    public override void SetInterrupt(int vector, int eventFileDescriptor)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(vector);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(vector, InterruptVectors);
        if (_connection.IsLost && eventFileDescriptor < 0)
            return;
        // While MSI-X is on, a server fires for each completion of the admin queue, which has interrupts on every controller.
        if (vector != AdminVector && _unheard is null)
            Attach(AdminVector, (_unheard = FileDescriptor.MakeEventFd()).Number);
        Attach(vector, eventFileDescriptor);
        if (eventFileDescriptor >= 0)
            _config.SwitchMsix(true);
    }

    private void Attach(int vector, int eventFileDescriptor)
    {
        var set = VfioUserPayload.ToBytes(new VfioUserIrqSet
        {
            Argsz = 20,
            Flags = VfioUserIrqSetFlags.DataEventfd | VfioUserIrqSetFlags.ActionTrigger,
            Index = Msix,
            Start = (uint)vector,
            Count = 1,
        });
        ReadOnlySpan<int> descriptors = eventFileDescriptor >= 0 ? [eventFileDescriptor] : [];
        _connection.Ask(VfioUserCommand.DeviceSetIrqs, set, descriptors).Dispose();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing || _closed)
            return;
        _closed = true;
        _connection.Dispose();
        _bar.Dispose();
        _unheard?.Dispose();
    }

    private VfioUserDeviceFlags AskDevice()
    {
        using var reply = _connection.Ask(VfioUserCommand.DeviceGetInfo, VfioUserPayload.ToBytes(new VfioUserDeviceInfo { Argsz = 16 }));
        var info = _connection.Checked(() => VfioUserPayload.Read<VfioUserDeviceInfo>(reply.Payload.Span, "device info"));
        return info.Flags.HasFlag(VfioUserDeviceFlags.Pci) && info.NumRegions >= LeastRegions
            ? info.Flags
            : throw new NvmeSetupException(SetupProblem.NotNvme, Address, $"{Address} is no PCI device: give the socket of an NVMe controller.");
    }

    private int AskVectors()
    {
        using var reply = _connection.Ask(VfioUserCommand.DeviceGetIrqInfo, VfioUserPayload.ToBytes(new VfioUserIrqInfo { Argsz = 16, Index = Msix }));
        var info = _connection.Checked(() => VfioUserPayload.Read<VfioUserIrqInfo>(reply.Payload.Span, "interrupt info"));
        return info.Flags.HasFlag(VfioUserIrqFlags.Eventfd) ? (int)Math.Min(info.Count, MostVectors) : 0;
    }

    internal byte[] ReadRegion(uint region, int offset, int count)
    {
        var request = new VfioUserRegionAccess { Offset = (ulong)offset, Region = region, Count = (uint)count };
        using var reply = _connection.Ask(VfioUserCommand.RegionRead, VfioUserPayload.ToBytes(request));
        return _connection.Checked(() =>
        {
            var access = VfioUserRegionAccess.ParseWithData(reply.Payload.Span, count, out var data);
            return access.Count == count ? data.ToArray() : throw new VfioUserProtocolException($"it returned {access.Count} bytes of {count}");
        });
    }

    internal void WriteRegion(uint region, int offset, ReadOnlySpan<byte> data)
    {
        var request = new VfioUserRegionAccess { Offset = (ulong)offset, Region = region, Count = (uint)data.Length };
        _connection.Ask(VfioUserCommand.RegionWrite, VfioUserPayload.ToBytes(request, data)).Dispose();
    }
}
