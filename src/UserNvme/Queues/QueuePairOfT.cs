using System.Runtime.CompilerServices;
using UserNvme.Memory;
using UserNvme.Spec;

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
    private readonly Slot<TState>[] _slots;
    private readonly ushort[] _free;
    private readonly CommandIds _ids;
    private readonly DmaBuffer? _listMemory;
    private readonly nint _listAddress;
    private readonly Iova _lists;
    private readonly int _listPages;
    private readonly int _listBytes;
    private readonly int _pageSize;
    private readonly DmaSpace _space;
    private int _freeCount;
    private THandler _handler;

    internal QueuePair(QueuePairSettings settings, THandler handler)
        : base(settings)
    {
        _handler = handler;
        _pageSize = settings.PageSize;
        _space = settings.Space;
        _slots = new Slot<TState>[Capacity];
        _free = new ushort[Capacity];
        _freeCount = Capacity;
        _ids = new CommandIds(Capacity);
        for (var i = 0; i < Capacity; i++)
        {
            _slots[i].CommandId = CommandIds.First(i);
            // The lowest slot is taken first and a returned one is taken again next: few slots stay warm in the cache.
            _free[i] = (ushort)(Capacity - 1 - i);
        }

        _listPages = PrpBuilder.MaxListPages(settings.MaxTransferBytes, _pageSize);
        _listBytes = _listPages * _pageSize;
        if (_listBytes == 0) return;
        _listMemory = RentLists(settings);
        _listAddress = _listMemory.Address;
        _lists = _space.Translate(_listMemory.Address, _listMemory.RegionIndex);
    }

    /// <inheritdoc/>
    public override int InFlight => Capacity - _freeCount;

    /// <summary>The handler, in place: its fields are the polling loop's own state.</summary>
    public ref THandler Handler => ref _handler;

    /// <summary>Puts a command into the ring; the controller learns of it at the next <see cref="Poll"/> or <see cref="Ring"/>.</summary>
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
        if (_freeCount == 0) return false;
        if (buffer is null) return Put(in command, default, 0, null, state);
        if ((uint)offset > (uint)buffer.Length || (uint)length > (uint)(buffer.Length - offset) || (offset & 3) != 0 || length > Settings.MaxTransferBytes)
            ThrowBadRange(buffer, offset, length);
        // The same region number of another heap is other memory: its address would be a valid IOVA of somebody else's data.
        if (!ReferenceEquals(buffer.Heap, _space.Heap)) ThrowForeignBuffer();
        // The lease is taken before the address is used: from here a Dispose of the buffer waits for the command.
        buffer.AddLease();
        return Put(in command, _space.Translate(buffer.Address + offset, buffer.RegionIndex), length, buffer, state);
    }

    /// <inheritdoc/>
    public override int Poll()
    {
        CheckOwner();
        if (!_open) return PollClosed();
        LookForTimeouts();
        var handled = 0;
        // No more than the ring holds: a device that never stops posting must not keep the owner here.
        while (handled < Settings.Entries && _completion.TryTake(out var completion))
        {
            handled++;
            if (!TryComplete(in completion)) break;
            if (!_open) return handled;
        }

        _completion.Ring();
        _submission.Ring();
        return handled;
    }

    /// <summary>Tells the controller about submitted commands at once, without polling.</summary>
    /// <exception cref="InvalidOperationException">Another thread owns the pair.</exception>
    public void Ring()
    {
        CheckOwner();
        if (_open) _submission.Ring();
    }

    /// <summary>Puts a command whose memory others hold leases on; <paramref name="pieces"/> can be described by PRPs.</summary>
    internal bool TrySubmit(in SubmissionEntry command, ReadOnlySpan<PrpPiece> pieces, TState state)
    {
        CheckOwner();
        if (!_accepting || _freeCount == 0) return false;
        if (pieces.Length <= 1)
            return Put(in command, pieces.IsEmpty ? default : pieces[0].Iova, pieces.IsEmpty ? 0 : pieces[0].Length, null, state);
        ref var entry = ref Take(in command, null, state, out var slot);
        PrpBuilder.Describe(ref entry, pieces, _pageSize, ListOf(slot));
        return true;
    }

    /// <summary>The identifiers of the commands in flight that a predicate picks. Cold.</summary>
    internal List<ushort> FindCommands(Predicate<TState> predicate)
    {
        var found = new List<ushort>();
        foreach (ref var slot in _slots.AsSpan())
        {
            if (slot.Busy && predicate(slot.State))
                found.Add(slot.CommandId);
        }

        return found;
    }

    internal override void AbandonAll()
    {
        CheckOwner();
        for (var i = 0; i < _slots.Length; i++)
        {
            if (!_slots[i].Busy) continue;
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
        if (InFlight == 0) return;
        foreach (ref var slot in _slots.AsSpan())
        {
            if (slot.Busy && ++slot.Age == scansUntilTimeout)
                Settings.Monitor.OnTimeout(Id, slot.CommandId);
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

    private bool Put(in SubmissionEntry command, Iova iova, int length, DmaBuffer? buffer, TState state)
    {
        ref var entry = ref Take(in command, buffer, state, out var slot);
        if (length != 0)
            PrpBuilder.Describe(ref entry, iova, length, _pageSize, ListOf(slot));
        return true;
    }

    private ref SubmissionEntry Take(in SubmissionEntry command, DmaBuffer? buffer, TState state, out int index)
    {
        index = _free[--_freeCount];
        ref var slot = ref _slots[index];
        slot.State = state;
        slot.Buffer = buffer;
        slot.Age = 0;
        slot.Busy = true;
        ref var entry = ref _submission.Next();
        entry = command;
        entry.CommandId = slot.CommandId;
        return ref entry;
    }

    // The completion is a copy. Nothing it says is used as an index before it is checked (rule 2).
    private bool TryComplete(in CompletionEntry completion)
    {
        var index = _ids.SlotOf(completion.CommandId);
        if ((uint)index >= (uint)_slots.Length || !_slots[index].Busy || _slots[index].CommandId != completion.CommandId
            || completion.SubmissionQueueId != Id.Value || completion.SubmissionQueueHead >= Settings.Entries)
        {
            Settings.Monitor.OnForeignCompletion(Id, in completion);
            return false;
        }

        var state = Release(index);
        _handler.OnCompletion(in completion, state);
        return true;
    }

    private TState Release(int index)
    {
        ref var slot = ref _slots[index];
        var state = slot.State;
        slot.State = default!;
        slot.Busy = false;
        slot.CommandId = _ids.Next(slot.CommandId);
        var buffer = slot.Buffer;
        if (buffer is not null)
        {
            slot.Buffer = null;
            if (!KeepsMemory) buffer.ReleaseLease();
        }

        _free[_freeCount++] = (ushort)index;
        return state;
    }

    private unsafe PrpList ListOf(int slot) => _listMemory is null
        ? default
        : new PrpList((ulong*)(_listAddress + ((nint)slot * _listBytes)), new Iova(_lists.Value + ((ulong)slot * (ulong)_listBytes)), _listPages);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowForeignBuffer() => throw new ArgumentException(
        $"The buffer belongs to a heap that {Settings.Address} does not reach: rent it from the controller's own heap.", "buffer");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowBadRange(DmaBuffer buffer, int offset, int length) => throw new ArgumentOutOfRangeException(
        nameof(length),
        $"{length} bytes at offset {offset} do not fit: the buffer has {buffer.Length} bytes, a command moves at most {Settings.MaxTransferBytes} bytes, and data starts at a multiple of 4.");
}
