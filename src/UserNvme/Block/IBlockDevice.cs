namespace UserNvme.Block;

/// <summary>
/// A namespace as a device of blocks, in the idiom of <see cref="RandomAccess"/>: byte offsets, no position, no short reads. Offsets and
/// lengths are multiples of <see cref="BlockDeviceInfo.BlockSize"/>; a length has no other limit, it is split into commands as needed,
/// so a long write is not atomic. All members are safe to call from any thread. Memory rented from <see cref="RentBuffer"/> is read and
/// written by the device in place; other memory is copied through DMA memory.
/// </summary>
/// <remarks>
/// Errors of all operations: <see cref="ArgumentException"/> for a length or offset that is no multiple of the block size, zero length or a
/// range past the end, before anything is submitted; <see cref="NvmeException"/> for a command that failed, with its status and its fate;
/// <see cref="ObjectDisposedException"/> after the controller was closed. A cancelled operation ends only when the device has let go of
/// its memory: with success if the device finished first, else with <see cref="OperationCanceledException"/>.
/// </remarks>
public interface IBlockDevice
{
    /// <summary>What does not change while the device is open: sizes and limits.</summary>
    BlockDeviceInfo Info { get; }

    /// <summary>Reads <paramref name="destination"/> full.</summary>
    /// <param name="destination">Where the data goes; its length in bytes is a multiple of the block size.</param>
    /// <param name="offset">Offset in bytes on the device, a multiple of the block size.</param>
    /// <param name="cancellationToken">Asks for an abort.</param>
    ValueTask ReadAsync(Memory<byte> destination, long offset, CancellationToken cancellationToken = default);

    /// <summary>Reads into several pieces of memory, one behind the other, from one range of the device.</summary>
    /// <param name="destinations">The pieces; their lengths may be any, their sum is a multiple of the block size.</param>
    /// <param name="offset">Offset in bytes on the device, a multiple of the block size.</param>
    /// <param name="cancellationToken">Asks for an abort.</param>
    ValueTask ReadAsync(IReadOnlyList<Memory<byte>> destinations, long offset, CancellationToken cancellationToken = default);

    /// <summary>Writes <paramref name="source"/>.</summary>
    /// <param name="source">The data; its length in bytes is a multiple of the block size.</param>
    /// <param name="offset">Offset in bytes on the device, a multiple of the block size.</param>
    /// <param name="forceUnitAccess">FUA: complete only when the data is on the medium, not in a volatile cache.</param>
    /// <param name="cancellationToken">Asks for an abort.</param>
    ValueTask WriteAsync(ReadOnlyMemory<byte> source, long offset, bool forceUnitAccess = false, CancellationToken cancellationToken = default);

    /// <summary>Writes several pieces of memory, one behind the other, to one range of the device.</summary>
    /// <param name="sources">The pieces; their lengths may be any, their sum is a multiple of the block size.</param>
    /// <param name="offset">Offset in bytes on the device, a multiple of the block size.</param>
    /// <param name="forceUnitAccess">FUA: complete only when the data is on the medium, not in a volatile cache.</param>
    /// <param name="cancellationToken">Asks for an abort.</param>
    ValueTask WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> sources, long offset, bool forceUnitAccess = false, CancellationToken cancellationToken = default);

    /// <summary>Makes all writes that completed before this call durable.</summary>
    /// <param name="cancellationToken">Asks for an abort.</param>
    ValueTask FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>Makes a range read as zeroes, without sending zeroes.</summary>
    /// <param name="offset">Offset in bytes, a multiple of the block size.</param>
    /// <param name="length">Bytes, a multiple of the block size.</param>
    /// <param name="cancellationToken">Asks for an abort.</param>
    ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken = default);

    /// <summary>Tells the device that the contents of a range are no longer needed (TRIM); what it reads as afterwards is the device's choice.</summary>
    /// <param name="offset">Offset in bytes, a multiple of the block size.</param>
    /// <param name="length">Bytes, a multiple of the block size.</param>
    /// <param name="cancellationToken">Asks for an abort.</param>
    ValueTask DeallocateAsync(long offset, long length, CancellationToken cancellationToken = default);

    /// <summary>Rents memory that the device reads and writes in place. Dispose it to give it back, after the operations on it have ended.</summary>
    /// <param name="length">Bytes, 1 or more.</param>
    System.Buffers.IMemoryOwner<byte> RentBuffer(int length);
}
