using System.Buffers;
using UserNvme.Block;

namespace UserNvme.Hosting.Devices;

/// <summary>
/// A block device that was asked for before the host opened its controllers, as constructors of hosted services do. It hands everything
/// on to the real one, which it gets before the first service starts.
/// </summary>
internal sealed class DeferredBlockDevice(DeviceKey key) : IBlockDevice
{
    private IBlockDevice? _device;

    public DeviceKey Key => key;

    public BlockDeviceInfo Info => Device.Info;

    private IBlockDevice Device => _device ?? throw new InvalidOperationException(
        $"Block device '{key}' is not open: the host opens it before it starts its services, so use it in StartAsync or ExecuteAsync and not in a constructor.");

    public void Open(IBlockDevice device) => _device = device;

    public ValueTask ReadAsync(Memory<byte> destination, long offset, CancellationToken cancellationToken = default) =>
        Device.ReadAsync(destination, offset, cancellationToken);

    public ValueTask ReadAsync(IReadOnlyList<Memory<byte>> destinations, long offset, CancellationToken cancellationToken = default) =>
        Device.ReadAsync(destinations, offset, cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> source, long offset, bool forceUnitAccess = false, CancellationToken cancellationToken = default) =>
        Device.WriteAsync(source, offset, forceUnitAccess, cancellationToken);

    public ValueTask WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> sources, long offset, bool forceUnitAccess = false, CancellationToken cancellationToken = default) =>
        Device.WriteAsync(sources, offset, forceUnitAccess, cancellationToken);

    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => Device.FlushAsync(cancellationToken);

    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken = default) =>
        Device.WriteZeroesAsync(offset, length, cancellationToken);

    public ValueTask DeallocateAsync(long offset, long length, CancellationToken cancellationToken = default) =>
        Device.DeallocateAsync(offset, length, cancellationToken);

    public IMemoryOwner<byte> RentBuffer(int length) => Device.RentBuffer(length);

    public override string? ToString() => _device?.ToString() ?? $"Block device '{key}', not open";
}
