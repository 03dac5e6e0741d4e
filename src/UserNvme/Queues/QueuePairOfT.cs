using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using UserNvme.Memory;
using UserNvme.Spec;
using UserNvme.Transports;

namespace UserNvme.Queues;

/// <summary>
/// The raw door to a controller: submit commands and poll for their completions on the thread that owns the pair, without
/// allocation, lock or system call. The first thread that uses it is its owner.
/// </summary>
/// <typeparam name="TState">What is attached to a command and comes back with its completion.</typeparam>
/// <typeparam name="THandler">A struct that handles completions; compiled into the polling loop.</typeparam>
public sealed class QueuePair<TState, THandler> : QueuePair
    where THandler : struct, ICompletionHandler<TState>
{
    private const int IdShift = 16;
    private const int Pieces = 8;
    private const int LeastPerPiece = 16;

    private readonly Slot<TState>[] _slots;
    private readonly DmaSpace _space;
    private readonly DmaHeap _heap;
    private readonly CommandIds _ids;
    private readonly uint _sentHere;
    private readonly int _entries;
    private readonly int _pageSize;
    private readonly int _maxTransferBytes;
    private readonly int _listPages;
    private readonly int _listBytes;
    private readonly nint _listAddress;
    private readonly Iova _lists;
    private readonly DmaBuffer? _listMemory;
    private int _firstFree;
    private int _inFlight;
    private THandler _handler;

    internal QueuePair(QueuePairSettings settings, THandler handler)
        : base(settings)
    {
        _handler = handler;
        _entries = settings.Entries;
        _pageSize = settings.PageSize;
        _maxTransferBytes = settings.MaxTransferBytes;
        _space = settings.Space;
        _heap = _space.Heap;
        _sentHere = (uint)settings.Id.Value << 16;
        _ids = new CommandIds(Capacity);
        _slots = new Slot<TState>[Capacity];
        // The lowest slot is taken first and a returned one is taken again next: few slots stay warm in the cache.
        for (var i = 0; i < Capacity; i++)
        {
            _slots[i].Command = CommandIds.First(i) | Slot<TState>.Idle;
            _slots[i].NextFree = (ushort)(i + 1);
        }

        _listPages = PrpBuilder.MaxListPages(settings.MaxTransferBytes, _pageSize);
        _listBytes = _listPages * _pageSize;
        if (_listBytes == 0) return;
        _listMemory = RentLists(settings);
        _listAddress = _listMemory.Address;
        _lists = _space.Translate(_listMemory.Address, _listMemory.RegionIndex);
    }

    /// <inheritdoc/>
    public override int InFlight => _inFlight;

    /// <summary>The handler, in place: its fields are the polling loop's own state.</summary>
    public ref THandler Handler => ref _handler;

    /// <summary>
    /// Puts a command into the ring; the controller learns of it at a following <see cref="Poll()"/>, or at the next
    /// <see cref="QueuePair.Ring"/>. Submit all you have, then poll: one doorbell write is enough for all of them.
    /// </summary>
    /// <param name="command">The command without identifier and PRPs, as the builders in <see cref="Spec"/> make it.</param>
    /// <param name="buffer">The data's memory, leased until the command ends; null for a command without data.</param>
    /// <param name="offset">Where the data starts in the buffer, in bytes, a multiple of 4.</param>
    /// <param name="length">Bytes to move, at most the controller's largest transfer.</param>
    /// <param name="state">Comes back with the completion.</param>
    /// <returns>False if as many commands as the queue can hold are in flight, or the pair is being disposed.</returns>
    /// <exception cref="InvalidOperationException">Another thread owns the pair.</exception>
    /// <exception cref="NvmeException">The pair is closed.</exception>
    /// <exception cref="ArgumentException">The buffer is of a heap that this controller does not reach.</exception>
    /// <exception cref="ObjectDisposedException">The buffer was given back.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the buffer, or is longer than the largest transfer.</exception>
    public bool TrySubmit(in SubmissionEntry command, DmaBuffer? buffer, int offset, int length, TState state)
    {
        CheckOwner();
        if (!_accepting) return Refuse();
        var index = _firstFree;
        if ((uint)index >= (uint)_slots.Length) return false;
        if (buffer is null)
        {
            CopyPrps(ref Take(index, in command, null, state), in command);
            return true;
        }

        // Negative ones are huge here.
        if ((ulong)(uint)offset + (uint)length > (uint)buffer.Length || (offset & 3) != 0 || length > _maxTransferBytes)
            ThrowBadRange(buffer, offset, length);
        // The same region number of another heap is other memory: its address would be a valid IOVA of somebody else's data.
        if (!ReferenceEquals(buffer.Heap, _heap)) ThrowForeignBuffer();
        // The lease is taken before the address is used: from here a Dispose of the buffer waits for the command.
        buffer.AddLease(_owner);
        ref var entry = ref Take(index, in command, buffer, state);
        if (length != 0)
            Describe(ref entry, index, _space.Translate(buffer.Start + offset, buffer.RegionIndex), length);
        else
            CopyPrps(ref entry, in command);
        return true;
    }

    /// <summary>
    /// Puts a command with scattered data into the ring. The pair takes no lease: the caller holds one on each buffer
    /// (<see cref="DmaBuffer.AddLease()"/>) until the completion, and after <see cref="ICompletionHandler{TState}.OnAbandoned"/> for good.
    /// </summary>
    /// <param name="command">The command without identifier and PRPs, as the builders in <see cref="Spec"/> make it.</param>
    /// <param name="pieces">The data in order, translated by the controller's own <see cref="DmaSpace"/>, as <see cref="PrpBuilder.CanDescribe"/> allows.</param>
    /// <param name="state">Comes back with the completion.</param>
    /// <returns>False if as many commands as the queue can hold are in flight, or the pair is closed or being disposed.</returns>
    /// <exception cref="InvalidOperationException">Another thread owns the pair.</exception>
    /// <exception cref="ArgumentException">PRPs cannot describe the pieces, or they are longer than the longest transfer. Nothing was submitted then.</exception>
    public bool TrySubmitScattered(in SubmissionEntry command, ReadOnlySpan<PrpPiece> pieces, TState state)
    {
        long length = 0;
        foreach (var piece in pieces) length += piece.Length;
        // Before a slot is taken: a half described entry must not be in the ring.
        if (length > Settings.MaxTransferBytes || !PrpBuilder.CanDescribe(pieces, _pageSize)) ThrowNotDescribable(length);
        CheckOwner();
        var index = _firstFree;
        if (!_accepting || (uint)index >= (uint)_slots.Length) return false;
        DescribePieces(ref Take(index, in command, null, state), index, pieces);
        return true;
    }

    /// <inheritdoc/>
    public override int Poll() => PollAtMost(_entries);

    /// <summary>Like <see cref="Poll()"/>, but handles so many completions at most; the rest stays for the next poll.</summary>
    /// <param name="maxCompletions">1 or more; never more than the rings have entries are handled.</param>
    /// <returns>How many completions were handled.</returns>
    /// <exception cref="InvalidOperationException">Another thread owns the pair.</exception>
    public int Poll(int maxCompletions) => PollAtMost(Math.Min(maxCompletions, _entries));

    /// <summary>
    /// Like <see cref="Poll()"/>, but handles what one poll had best take: an eighth of what is in flight, 16 at least, where the controller is
    /// software that watches its doorbells in memory (<see cref="NvmeTransport.DoorbellsAreMemory"/>), so that it gets new work after each piece;
    /// elsewhere all, for there fewer doorbell writes count for more.
    /// </summary>
    /// <returns>How many completions were handled.</returns>
    /// <exception cref="InvalidOperationException">Another thread owns the pair.</exception>
    public int PollPiece() => PollAtMost(Settings.DoorbellsAreMemory ? Math.Max(LeastPerPiece, _inFlight / Pieces) : _entries);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int PollAtMost(int most)
    {
        CheckOwner();
        if (!_open) return PollClosed();
        LookForTimeouts();
        var handled = 0;
        // No more than the ring holds: a device that never stops posting must not keep the owner here.
        while (handled < most && _completion.TryTake(out var completion, out var words))
        {
            handled++;
            if (!TryComplete(in completion, words)) break;
            if (!_open) return handled;
        }

        _unrung += handled;
        if (_unrung != 0) RingWhenDue(handled);
        return handled;
    }

    /// <summary>Puts a command whose memory others hold leases on; <paramref name="pieces"/> can be described by PRPs.</summary>
    internal bool TrySubmit(in NvmCommand command, ReadOnlySpan<PrpPiece> pieces, TState state)
    {
        CheckOwner();
        var index = _firstFree;
        if (!_accepting || (uint)index >= (uint)_slots.Length) return false;
        var id = TakeSlot(index, null, state);
        ref var entry = ref _submission.Next();
        entry.Dwords01 = command.Dwords01 | (id << IdShift);
        entry.Dwords2To5 = default;
        entry.Dwords1011 = command.Dwords1011;
        entry.Dwords1213 = command.Dwords1213;
        entry.Dwords1415 = 0;
        DescribePieces(ref entry, index, pieces);
        return true;
    }

    /// <summary>The identifiers of the commands in flight that a predicate picks. Cold.</summary>
    internal List<ushort> FindCommands(Predicate<TState> predicate)
    {
        var found = new List<ushort>();
        foreach (ref var slot in _slots.AsSpan())
        {
            if (slot.Busy && predicate(slot.State))
                found.Add((ushort)slot.Command);
        }

        return found;
    }

    internal override void AbandonAll()
    {
        CheckOwner();
        for (var i = 0; i < _slots.Length; i++)
        {
            if (!_slots[i].Busy) continue;
            // What a controller that was not stopped for sure may still touch keeps its lease for good.
            if (KeepsMemory) _slots[i].Buffer = null;
            var state = Release(i);
            _handler.OnAbandoned(state);
        }
    }

    internal override void ReleaseMemory()
    {
        base.ReleaseMemory();
        if (!KeepsMemory) (_listMemory as IDisposable)?.Dispose();
    }

    private protected override void AgeCommands(int scansUntilTimeout)
    {
        if (_inFlight == 0) return;
        foreach (ref var slot in _slots.AsSpan())
        {
            if (slot.Busy && ++slot.Age == scansUntilTimeout)
                Settings.Monitor.OnTimeout(Id, (ushort)slot.Command);
        }
    }

    private bool Refuse()
    {
        if (!_open) ThrowClosed();
        return false;
    }

    private DmaBuffer RentLists(QueuePairSettings settings)
    {
        try
        {
            var bytes = (long)_listBytes * Capacity;
            return bytes <= int.MaxValue
                ? settings.Heap.Rent((int)bytes, _pageSize)
                : throw new NvmeSetupException(SetupProblem.NoMemory, settings.Address,
                    $"The PRP lists of queue pair {Id} of {settings.Address} take {bytes >> 20} MiB, which is too much: use fewer queue entries ({settings.Entries}) or a shorter longest transfer ({settings.MaxTransferBytes} bytes).");
        }
        catch
        {
            ReleaseMemory();
            throw;
        }
    }

    // A controller that is being reset still owns the memory of what is in flight; one that is proven stopped does not.
    private int PollClosed()
    {
        if (_stopped) AbandonAll();
        return 0;
    }

    // All but the PRPs. The fields that callers write just before are read as wide as they were written: a load that is wider than the store before it waits
    // for that store to leave the core.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref SubmissionEntry Take(int index, in SubmissionEntry command, DmaBuffer? buffer, TState state)
    {
        var id = TakeSlot(index, buffer, state);
        ref var entry = ref _submission.Next();
        entry.Dwords01 = command.Opcode | ((uint)command.Flags << 8) | (id << IdShift) | ((ulong)command.NamespaceId << 32);
        entry.Dwords2To5 = command.Dwords2To5;
        entry.Dwords1011 = command.Cdw10 | ((ulong)command.Cdw11 << 32);
        entry.Dwords1213 = command.Cdw12 | ((ulong)command.Cdw13 << 32);
        entry.Dwords1415 = command.Dwords1415;
        return ref entry;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong TakeSlot(int index, DmaBuffer? buffer, TState state)
    {
        ref var slot = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), index);
        _firstFree = slot.NextFree;
        _inFlight++;
        _unrung++;
        var id = slot.Command & 0xFFFF;
        slot.State = state;
        slot.Buffer = buffer;
        slot.Command = id;
        slot.Age = 0;
        return id;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void DescribePieces(ref SubmissionEntry entry, int slot, ReadOnlySpan<PrpPiece> pieces)
    {
        if (pieces.Length == 1)
            Describe(ref entry, slot, pieces[0].Iova, pieces[0].Length);
        else if (!pieces.IsEmpty)
            PrpBuilder.Describe(ref entry, pieces, _pageSize, ListOf(slot));
        else
            entry.Prp1 = entry.Prp2 = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Describe(ref SubmissionEntry entry, int slot, Iova iova, int length)
    {
        if (!PrpBuilder.TryDescribe(ref entry, iova, length, _pageSize)) DescribeByList(ref entry, slot, iova, length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DescribeByList(ref SubmissionEntry entry, int slot, Iova iova, int length) =>
        PrpBuilder.Describe(ref entry, iova, length, _pageSize, ListOf(slot));

    // Commands that move no data of a caller's, such as those that create queues, may bring an address of their own.
    private static void CopyPrps(ref SubmissionEntry entry, in SubmissionEntry command)
    {
        entry.Prp1 = command.Prp1;
        entry.Prp2 = command.Prp2;
    }

    // The words are the completion's second half, and a copy. Nothing they say is used before it is checked (rule 2).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryComplete(in CompletionEntry completion, ulong words)
    {
        var id = (uint)(words >> 32) & 0xFFFF;
        var index = _ids.SlotOf(id);
        var slots = _slots;
        // Queue and head in one comparison: with another queue in its upper half the difference is no head.
        if (index >= (uint)slots.Length || slots[index].Command != id || (uint)words - _sentHere >= (uint)_entries)
        {
            Settings.Monitor.OnForeignCompletion(Id, in completion);
            return false;
        }

        _handler.OnCompletion(in completion, Release((int)index));
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TState Release(int index)
    {
        ref var slot = ref _slots[index];
        var state = slot.State;
        if (RuntimeHelpers.IsReferenceOrContainsReferences<TState>()) slot.State = default!;
        slot.Command = _ids.Next(slot.Command) | Slot<TState>.Idle;
        slot.NextFree = (ushort)_firstFree;
        _firstFree = index;
        _inFlight--;
        slot.Buffer?.ReleaseLease(_owner);
        return state;
    }

    private protected override void TakeOverLeases(LeaseHolder ended)
    {
        foreach (ref var slot in _slots.AsSpan())
        {
            if (slot.Busy) slot.Buffer?.TakeOverLease(ended);
        }
    }

    private unsafe PrpList ListOf(int slot) => _listMemory is null
        ? default
        : new PrpList((ulong*)(_listAddress + ((nint)slot * _listBytes)), new Iova(_lists.Value + ((ulong)slot * (ulong)_listBytes)), _listPages);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowNotDescribable(long length) => throw new ArgumentException(
        $"{length} scattered bytes cannot be one command: it moves at most {Settings.MaxTransferBytes} bytes, in pieces that meet at boundaries of {_pageSize} bytes.");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowForeignBuffer() => throw new ArgumentException(
        $"The buffer belongs to a heap that {Settings.Address} does not reach: rent it from the controller's own heap.", "buffer");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowBadRange(DmaBuffer buffer, int offset, int length) => throw new ArgumentOutOfRangeException(
        nameof(length),
        $"{length} bytes at offset {offset} do not fit: the buffer has {buffer.Length} bytes, a command moves at most {Settings.MaxTransferBytes} bytes, and data starts at a multiple of 4.");
}
