using System.Buffers;
using Microsoft.Extensions.ObjectPool;
using UserNvme.Controllers;
using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Block;

/// <summary>
/// A namespace of a controller as a block device. Holds no resources of its own: it lives as long as its controller.
/// </summary>
public sealed partial class NvmeBlockDevice : IBlockDevice
{
    private const int PooledRequests = 4096;

    private readonly NvmeController _controller;
    private readonly NvmeNamespace _namespace;
    private readonly ObjectPool<BlockRequest> _requests;
    private readonly CompletionDrain _drain = new();
    private readonly int _formatGeneration;
    private readonly int _blockShift;
    private readonly long _length;

    private NvmeBlockDevice(NvmeController controller, NvmeNamespace ns)
    {
        _controller = controller;
        _namespace = ns;
        _formatGeneration = controller.FormatGeneration;
        IsInline = controller.Options.Completion == CompletionMode.Inline;
        _requests = new DefaultObjectPool<BlockRequest>(new BlockRequestPolicy(this), PooledRequests);
        Limits = BlockLimits.Of(controller, ns);
        BlockSize = ns.BlockSize;
        _blockShift = int.Log2(BlockSize);
        _length = checked((long)ns.BlockCount * BlockSize);
        Info = new BlockDeviceInfo
        {
            Address = controller.Address,
            NamespaceId = ns.Id,
            BlockSize = ns.BlockSize,
            BlockCount = ns.BlockCount,
            MaxTransferBytes = Limits.TransferBlocks * ns.BlockSize,
            AtomicWriteUnitPowerFail = (int)Math.Min(int.MaxValue, (long)AtomicBlocks(controller, ns) * ns.BlockSize),
            AtomicBoundaryOffset = (long)ns.Identity.Nabo * ns.BlockSize,
            VolatileWriteCache = controller.Identity.HasVolatileWriteCache,
            SupportsWriteZeroes = controller.Identity.SupportsWriteZeroes,
            SupportsDeallocate = controller.Identity.SupportsDatasetManagement,
        };
    }

    /// <inheritdoc/>
    public BlockDeviceInfo Info { get; }

    internal BlockLimits Limits { get; }

    /// <summary>As <see cref="BlockDeviceInfo.BlockSize"/>: a power of two.</summary>
    internal int BlockSize { get; }

    internal int PageSize => _controller.PageSize;

    /// <summary>Opens an active namespace of a controller as a block device.</summary>
    /// <exception cref="NvmeSetupException">The controller has no such active namespace, or it is one that is refused for I/O (rule 9).</exception>
    public static NvmeBlockDevice Open(NvmeController controller, NamespaceId id)
    {
        ArgumentNullException.ThrowIfNull(controller);
        var ns = controller.Namespaces.FirstOrDefault(n => n.Id == id)
            ?? throw new NvmeSetupException(SetupProblem.NoSuchDevice, controller.Address,
                $"{controller.Address} has no active namespace {id}: it has {(controller.Namespaces.Count == 0 ? "none" : string.Join(", ", controller.Namespaces.Select(n => n.Id)))}.");
        if (ns.RefusedBecause is { } reason)
            throw new NvmeSetupException(SetupProblem.Unsupported, controller.Address, $"Namespace {id} of {controller.Address} is refused for I/O: {reason}.");
        return new NvmeBlockDevice(controller, ns);
    }

    /// <inheritdoc/>
    public ValueTask ReadAsync(Memory<byte> destination, long offset, CancellationToken cancellationToken = default)
    {
        CheckRange(offset, destination.Length);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        return InPlace(destination, out var buffer, out var start)
            ? Transfer(NvmOpcode.Read, buffer, start, destination.Length, offset, false, cancellationToken)
            : ReadBouncedAsync([destination], offset, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask ReadAsync(IReadOnlyList<Memory<byte>> destinations, long offset, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destinations);
        var sources = new ReadOnlyMemory<byte>[destinations.Count];
        for (var i = 0; i < sources.Length; i++) sources[i] = destinations[i];
        CheckRange(offset, TotalLength(sources));
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        return AllInPlace(sources)
            ? Transfer(NvmOpcode.Read, sources, offset, false, cancellationToken)
            : ReadBouncedAsync(destinations, offset, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> source, long offset, bool forceUnitAccess = false, CancellationToken cancellationToken = default)
    {
        CheckRange(offset, source.Length);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        return InPlace(source, out var buffer, out var start)
            ? Transfer(NvmOpcode.Write, buffer, start, source.Length, offset, forceUnitAccess, cancellationToken)
            : WriteBouncedAsync([source], offset, forceUnitAccess, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> sources, long offset, bool forceUnitAccess = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sources);
        CheckRange(offset, TotalLength(sources));
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        return AllInPlace(sources)
            ? Transfer(NvmOpcode.Write, sources, offset, forceUnitAccess, cancellationToken)
            : WriteBouncedAsync(sources, offset, forceUnitAccess, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        return Rent().Start(NvmCommand.Of(NvmCommands.Flush(_namespace.Id)), 0, 1, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken = default)
    {
        CheckRange(offset, length);
        if (!Info.SupportsWriteZeroes) throw new NotSupportedException($"{Name} does not support Write Zeroes: write zeroes instead.");
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        return Rent().Start(Template(NvmOpcode.WriteZeroes, false), Block(offset), Block(length), cancellationToken);
    }

    /// <inheritdoc/>
    public IMemoryOwner<byte> RentBuffer(int length) => _controller.RentBuffer(length);

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal Iova Translate(DmaBuffer buffer, int offset) => _controller.Space.Translate(buffer.Start + offset, buffer.RegionIndex);

    internal void Return(BlockRequest request) => _requests.Return(request);

    /// <summary>Has a request's caller continue on the thread pool.</summary>
    internal void DeliverOnPool(BlockRequest request) => _drain.Add(request);

    /// <summary>Whether callers that live on no reactor continue where their operation ends.</summary>
    internal bool IsInline { get; }

    private string Name => $"Namespace {_namespace.Id} of {_controller.Address}";

    // 0-based fields, per namespace where NSFEAT says so, else for all (trap: 0 means one block).
    private static int AtomicBlocks(NvmeController controller, NvmeNamespace ns) =>
        1 + (ns.Identity.HasOwnAtomicity ? ns.Identity.Nawupf : controller.Identity.Awupf);

    private static long TotalLength(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        long total = 0;
        for (var i = 0; i < pieces.Count; i++) total += pieces[i].Length;
        return total;
    }

    private NvmCommand Template(NvmOpcode opcode, bool forceUnitAccess) =>
        NvmCommand.Blocks(opcode, _namespace.Id, forceUnitAccess ? NvmCommands.ForceUnitAccess : 0);

    private BlockRequest Rent()
    {
        if (_controller.FormatGeneration != _formatGeneration) ThrowFormatted();
        var channel = _controller.ChannelForCaller(out var current);
        var unused = ReferenceEquals(channel.Reactor, current) ? channel.TakeUnused() : null;
        var request = unused is null ? _requests.Get() : (BlockRequest)unused;
        request.Prepare(this, channel, current);
        return request;
    }

    private void ThrowFormatted() =>
        throw new InvalidOperationException($"{Name} may have been formatted or changed since it was opened: open it again.");

    private ulong Block(long bytes) => (ulong)bytes >> _blockShift;

    private ValueTask Transfer(NvmOpcode opcode, DmaBuffer buffer, int start, int length, long offset, bool forceUnitAccess, CancellationToken cancellationToken)
    {
        var request = Rent();
        // Of a buffer that was disposed meanwhile this throws, and the request, which has no other memory yet, is left to the garbage collector.
        request.AddSegment(buffer, start, length);
        return request.Start(Template(opcode, forceUnitAccess), Block(offset), Block(length), cancellationToken);
    }

    private ValueTask Transfer(NvmOpcode opcode, IReadOnlyList<ReadOnlyMemory<byte>> pieces, long offset, bool forceUnitAccess, CancellationToken cancellationToken)
    {
        var request = Rent();
        for (var i = 0; i < pieces.Count; i++)
        {
            if (pieces[i].IsEmpty) continue;
            DmaBuffer.TryGet(pieces[i], out var buffer, out var start);
            AddOrReturn(request, buffer!, start, pieces[i].Length);
        }

        return request.Start(Template(opcode, forceUnitAccess), Block(offset), Block(TotalLength(pieces)), cancellationToken);
    }

    // A buffer that was disposed meanwhile throws here; leases that the request already took are given back.
    private void AddOrReturn(BlockRequest request, DmaBuffer buffer, int start, int length)
    {
        try
        {
            request.AddSegment(buffer, start, length);
        }
        catch
        {
            request.ReleaseSegments();
            _requests.Return(request);
            throw;
        }
    }

    private bool AllInPlace(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        for (var i = 0; i < pieces.Count; i++)
        {
            // A command ends at a block's end, so each piece must be whole blocks to be described by PRPs of its own.
            if (!pieces[i].IsEmpty && (pieces[i].Length % Info.BlockSize != 0 || !InPlace(pieces[i], out _, out _))) return false;
        }

        return true;
    }

    private bool InPlace(ReadOnlyMemory<byte> memory, out DmaBuffer buffer, out int start) =>
        DmaBuffer.TryGet(memory, out buffer!, out start) && ReferenceEquals(buffer.Heap, _controller.Heap) && ((buffer.Address + start) & 3) == 0;

    private void CheckRange(long offset, long length)
    {
        // Negative ones have the upper bit, which no namespace is long enough for.
        if (((offset | length) & (BlockSize - 1)) != 0 || length <= 0 || (ulong)offset > (ulong)(_length - length) || length > _length)
            ThrowBadRange(offset, length);
    }

    private void ThrowBadRange(long offset, long length)
    {
        if (length == 0) throw new ArgumentException($"The length is 0: {Name} reads and writes whole blocks of {Info.BlockSize} bytes.", nameof(length));
        if (length < 0 || length % Info.BlockSize != 0)
            throw new ArgumentException($"The length of {length} bytes is not a multiple of the block size of {Name}, {Info.BlockSize} bytes.", nameof(length));
        if (offset < 0 || offset % Info.BlockSize != 0)
            throw new ArgumentException($"The offset {offset} is not a multiple of the block size of {Name}, {Info.BlockSize} bytes.", nameof(offset));
        throw new ArgumentException($"{length} bytes at offset {offset} reach past the end of {Name}, which has {Info.Length} bytes.", nameof(offset));
    }
}
