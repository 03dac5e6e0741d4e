using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace UserNvme.Memory;

/// <summary>
/// A piece of a heap's memory that devices can reach: rented from a <see cref="DmaHeap"/> or registered by its owner. Give it back with
/// <see cref="Dispose()"/>; a buffer that is lost instead is never reused. Leases may be taken and released on any thread.
/// </summary>
/// <remarks>
/// A command in flight holds a lease (rule 1). A buffer that is given back while leased cannot be used any more, and its memory goes back
/// with the last lease; a lease that is never released, because a device fell silent, keeps the memory out of use for good.
/// </remarks>
public sealed unsafe class DmaBuffer : MemoryManager<byte>
{
    private const int Returned = int.MinValue;

    private readonly nint _address;

    // Bit 31: given back by its holder. The rest: leases. Only Returned itself, with no lease, means that the memory is gone.
    private int _state;
    private volatile bool _released;

    internal DmaBuffer(DmaHeap heap, HeapRegion region, nint address, int length)
    {
        Heap = heap;
        Region = region;
        RegionIndex = region.Memory.Index;
        _address = address;
        Length = length;
    }

    /// <summary>The first byte. For a rented buffer aligned as asked for, 4 KiB at least; for a registered one, where it was.</summary>
    /// <exception cref="ObjectDisposedException">The memory was given back and nothing holds it any more.</exception>
    public nint Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(_state == Returned, this);
            return _address;
        }
    }

    /// <summary>Bytes, as asked for.</summary>
    public int Length { get; }

    /// <summary>The number of the region it lies in, for <see cref="DmaSpace.Translate(nint, int)"/>.</summary>
    public int RegionIndex { get; }

    /// <summary>The heap it belongs to. Only spaces of this heap can translate its address.</summary>
    public DmaHeap Heap { get; }

    /// <summary>How many commands (or pins) hold the memory at this moment.</summary>
    public int Leases => _state & int.MaxValue;

    /// <summary>
    /// Whether the memory was given back for good: disposed of, held by no command and, if it was registered, unmapped everywhere. The owner
    /// of registered memory may free it then.
    /// </summary>
    public bool IsReleased => _released;

    internal HeapRegion Region { get; }

    /// <summary><see cref="Address"/>, also when the memory is just being given back.</summary>
    internal nint Start => _address;

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The buffer was given back.</exception>
    public override Span<byte> GetSpan()
    {
        ThrowIfReturned();
        return new Span<byte>((void*)_address, Length);
    }

    /// <summary>
    /// Gives a pointer into the buffer, with a lease that ends when the handle is disposed of. DMA memory never moves; the lease keeps it
    /// from being handed to somebody else.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The buffer was given back.</exception>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)Length, nameof(elementIndex));
        AddLease();
        return new MemoryHandle((byte*)_address + elementIndex, default, this);
    }

    /// <inheritdoc/>
    public override void Unpin() => ReleaseLease();

    /// <summary>Holds the memory for a command. Taken before the command is handed to the device.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was given back.</exception>
    public void AddLease()
    {
        var state = _state;
        while (true)
        {
            ObjectDisposedException.ThrowIf(state < 0, this);
            var seen = Interlocked.CompareExchange(ref _state, state + 1, state);
            if (seen == state) return;
            state = seen;
        }
    }

    /// <summary>
    /// Ends a lease: the command's own completion arrived, or the controller is proven stopped. The last one gives the memory back if the
    /// holder already did.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no lease.</exception>
    public void ReleaseLease()
    {
        var state = _state;
        while (true)
        {
            if ((state & int.MaxValue) == 0) throw new InvalidOperationException("A lease of a DMA buffer was released twice.");
            var seen = Interlocked.CompareExchange(ref _state, state - 1, state);
            if (seen == state) break;
            state = seen;
        }

        if (state - 1 == Returned) _released = Heap.TryRelease(this, out _);
    }

    /// <summary>Finds the DMA buffer behind a Memory, if there is one.</summary>
    /// <param name="memory">Any memory.</param>
    /// <param name="buffer">The buffer it is a part of.</param>
    /// <param name="offset">Where in the buffer it begins, in bytes.</param>
    /// <returns>False for ordinary memory.</returns>
    public static bool TryGet(ReadOnlyMemory<byte> memory, [NotNullWhen(true)] out DmaBuffer? buffer, out int offset) =>
        MemoryMarshal.TryGetMemoryManager<byte, DmaBuffer>(memory, out buffer, out offset, out _);

    /// <summary>
    /// Gives the buffer back; it cannot be used any more. If a command still has the memory, it goes back with the last lease. Doing so
    /// twice does nothing.
    /// </summary>
    /// <exception cref="NvmeSetupException">Registered memory could not be unmapped: a device may still write to it, so never free it.</exception>
    public void Dispose() => ((IDisposable)this).Dispose();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        var before = Interlocked.Or(ref _state, Returned);
        if (before < 0) return;
        if (before != 0)
        {
            Heap.OnReturnedInFlight(this, before);
            return;
        }

        _released = Heap.TryRelease(this, out var failure);
        if (failure is not null) throw failure;
    }

    private void ThrowIfReturned() => ObjectDisposedException.ThrowIf(_state < 0, this);
}
