using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
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
    private const int Gone = Returned | (1 << 30);

    private readonly nint _address;

    // The thread whose leases _held counts: the first owner of a queue pair that took one. Only it writes _held, by plain stores.
    private LeaseHolder? _holder;
    private volatile int _held;

    // Bit 31: given back by its holder. Bit 30 as well: the memory is gone. The rest: the leases that _held does not count.
    private volatile int _state;
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
            ObjectDisposedException.ThrowIf(_state == Gone, this);
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
    public int Leases => _held + (_state & ~Gone);

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
            if ((state & ~Gone) == 0) ThrowNotLeased();
            var seen = Interlocked.CompareExchange(ref _state, state - 1, state);
            if (seen == state) break;
            state = seen;
        }

        if (state - 1 == Returned) FreeIfUnused();
    }

    /// <summary>
    /// The same without an interlocked operation, where <paramref name="holder"/> is the calling thread and the first that asks; otherwise as
    /// <see cref="AddLease()"/>. Ended by <see cref="ReleaseLease(LeaseHolder)"/> with the same holder.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddLease(LeaseHolder holder)
    {
        if (ReferenceEquals(_holder, holder))
        {
            // The store may still be on its way to memory when the load has been made. Whoever gives the buffer back makes it arrive,
            // by a barrier in all threads, between saying so in _state and looking at _held: one of both sees the other.
            _held = _held + 1;
            if (_state < 0) TakeBackAndThrow();
        }
        else
        {
            AddFirstOrSharedLease(holder);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void ReleaseLease(LeaseHolder holder)
    {
        // The sum of both counts is what matters. Where _held is used up, the holder ends a lease that it took over from another thread.
        if (ReferenceEquals(_holder, holder) && _held is not 0 and var held)
        {
            _held = held - 1;
            if (_state < 0) FreeIfUnused();
        }
        else
        {
            ReleaseLease();
        }
    }

    /// <summary>Makes a lease of a holder whose thread has ended one that any thread can end.</summary>
    internal void TakeOverLease(LeaseHolder ended)
    {
        if (!ReferenceEquals(_holder, ended)) return;
        // In this order, so that whoever looks at _held first and at _state then sees the lease.
        Interlocked.Increment(ref _state);
        for (int held; (held = _held) > 0;)
        {
            if (Interlocked.CompareExchange(ref _held, held - 1, held) == held) return;
        }

        // It was in _state already: the holder had taken it over itself, or ended another one in its place. So this is not the last.
        Interlocked.Decrement(ref _state);
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
        if (Interlocked.Or(ref _state, Returned) < 0) return;
        if (FreeIfUnused(out var failure))
        {
            if (failure is not null) throw failure;
        }
        else
        {
            Heap.OnReturnedInFlight(this, Math.Max(1, Leases));
        }
    }

    // Of a buffer that was given back. True for the one caller that found no lease and gave the memory to the heap.
    private bool FreeIfUnused(out NvmeSetupException? failure)
    {
        failure = null;
        if (_holder is { IsCurrent: false }) Interlocked.MemoryBarrierProcessWide();
        if (_held != 0 || Interlocked.CompareExchange(ref _state, Gone, Returned) != Returned) return false;
        _released = Heap.TryRelease(this, out failure);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FreeIfUnused() => FreeIfUnused(out _);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddFirstOrSharedLease(LeaseHolder holder)
    {
        if (_holder is null && Interlocked.CompareExchange(ref _holder, holder, null) is null)
            AddLease(holder);
        else
            AddLease();
    }

    [DoesNotReturn]
    private void TakeBackAndThrow()
    {
        _held = _held - 1;
        FreeIfUnused();
        throw new ObjectDisposedException(GetType().FullName);
    }

    [DoesNotReturn]
    private static void ThrowNotLeased() => throw new InvalidOperationException("A lease of a DMA buffer was released twice.");

    private void ThrowIfReturned() => ObjectDisposedException.ThrowIf(_state < 0, this);
}
