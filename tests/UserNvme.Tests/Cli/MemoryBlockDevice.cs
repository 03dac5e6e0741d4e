using System.Buffers;
using UserNvme.Block;
using UserNvme.Spec;

namespace UserNvme.Tests.Cli;

/// <summary>A block device in an array, to look at images with; it counts what would change it.</summary>
internal sealed class MemoryBlockDevice(byte[] image, int blockSize = 512) : IBlockDevice
{
    public BlockDeviceInfo Info { get; } = new()
    {
        Address = "memory:",
        NamespaceId = new NamespaceId(1),
        BlockSize = blockSize,
        BlockCount = (ulong)(image.Length / blockSize),
        MaxTransferBytes = 128 << 10,
        AtomicWriteUnitPowerFail = blockSize,
        AtomicBoundaryOffset = 0,
        VolatileWriteCache = false,
        SupportsWriteZeroes = false,
        SupportsDeallocate = false,
    };

    public ValueTask ReadAsync(Memory<byte> destination, long offset, CancellationToken cancellationToken = default)
    {
        Assert.Equal((0, 0L), (destination.Length % Info.BlockSize, offset % Info.BlockSize));
        image.AsMemory((int)offset, destination.Length).CopyTo(destination);
        return ValueTask.CompletedTask;
    }

    public ValueTask ReadAsync(IReadOnlyList<Memory<byte>> destinations, long offset, CancellationToken cancellationToken = default) => throw NotARead();

    public ValueTask WriteAsync(
        ReadOnlyMemory<byte> source, long offset, bool forceUnitAccess = false, CancellationToken cancellationToken = default) => throw NotARead();

    public ValueTask WriteAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> sources, long offset, bool forceUnitAccess = false, CancellationToken cancellationToken = default) =>
        throw NotARead();

    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => throw NotARead();

    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken = default) => throw NotARead();

    public ValueTask DeallocateAsync(long offset, long length, CancellationToken cancellationToken = default) => throw NotARead();

    public IMemoryOwner<byte> RentBuffer(int length) => MemoryPool<byte>.Shared.Rent(length);

    private static InvalidOperationException NotARead() => new("The probe only reads.");
}
