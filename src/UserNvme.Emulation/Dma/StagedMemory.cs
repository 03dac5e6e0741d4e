using System.Diagnostics;
using System.Runtime.InteropServices;
using UserNvme.Interop;

namespace UserNvme.Emulation.Dma;

/// <summary>
/// Copies of the remote memory that one command works on: what it reads was fetched before, what it writes is sent after. So the engine has
/// pointers to all memory alike. Used within a step only.
/// </summary>
internal sealed unsafe class StagedMemory : IDisposable
{
    // One block is kept for the next command; the blocks of a large transfer are given back.
    private const ulong BlockLength = 256 << 10;

    // Register accesses and the end of the controller wait for the end of a step, which may be some thousand messages long.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private readonly List<(nint Address, ulong Length)> _blocks = [];
    private readonly List<Piece> _writes = [];
    private ulong _used;
    private TimeSpan _waited;

    /// <summary>Whether anything is staged.</summary>
    public bool Any { get; private set; }

    /// <summary>Whether the others had so much of this step's time that it should end with the present command. Some seconds later they get no more.</summary>
    public bool IsLate => _waited > s_pause;

    /// <summary>Starts the time anew.</summary>
    public void BeginStep() => _waited = default;

    /// <summary>A copy of remote memory.</summary>
    /// <returns>Its address, or null where it cannot be read.</returns>
    public byte* Read(IRemoteMemory remote, ulong iova, ulong length)
    {
        var place = Reserve(length);
        var start = Stopwatch.GetTimestamp();
        var isThere = remote.TryRead(iova, new Span<byte>(place, (int)length), Deadline.After(TimeLeft));
        _waited += Stopwatch.GetElapsedTime(start);
        return isThere ? place : null;
    }

    /// <summary>Room for what is to be written to remote memory, all zeroes; <see cref="TryFlush"/> writes it.</summary>
    public byte* Write(IRemoteMemory remote, ulong iova, ulong length)
    {
        var place = Reserve(length);
        new Span<byte>(place, (int)length).Clear();
        // Pages that follow each other on both sides are one message.
        if (_writes.Count > 0 && CollectionsMarshal.AsSpan(_writes)[^1] is var last && last.Remote == remote
            && last.Iova + last.Length == iova && last.Address + (nint)last.Length == (nint)place && last.Length + length <= int.MaxValue)
            _writes[^1] = last with { Length = last.Length + length };
        else
            _writes.Add(new Piece(remote, iova, (nint)place, length));
        return place;
    }

    /// <summary>Writes what is to be written.</summary>
    /// <param name="failedAt">The IOVA that could not be written.</param>
    /// <param name="failedLength">How many bytes were to be written there.</param>
    /// <returns>Whether all of it was.</returns>
    public bool TryFlush(out ulong failedAt, out ulong failedLength)
    {
        foreach (var piece in _writes)
        {
            var start = Stopwatch.GetTimestamp();
            var isThere = piece.Remote.TryWrite(piece.Iova, new ReadOnlySpan<byte>((void*)piece.Address, (int)piece.Length), Deadline.After(TimeLeft));
            _waited += Stopwatch.GetElapsedTime(start);
            if (isThere) continue;
            (failedAt, failedLength) = (piece.Iova, piece.Length);
            return false;
        }

        failedAt = failedLength = 0;
        return true;
    }

    /// <summary>Forgets everything: all pointers are void.</summary>
    public void Clear()
    {
        _writes.Clear();
        while (_blocks.Count > 1)
            FreeLast();
        if (_blocks.Count == 1 && _blocks[0].Length != BlockLength)
            FreeLast();
        _used = 0;
        Any = false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writes.Clear();
        while (_blocks.Count > 0)
            FreeLast();
    }

    private TimeSpan TimeLeft => _waited < s_limit ? s_limit - _waited : TimeSpan.Zero;

    private byte* Reserve(ulong length)
    {
        Any = true;
        if (_blocks.Count == 0 || length > _blocks[^1].Length - _used)
        {
            var size = Math.Max(length, BlockLength);
            _blocks.Add(((nint)NativeMemory.Alloc((nuint)size), size));
            _used = 0;
        }

        var place = (byte*)_blocks[^1].Address + _used;
        _used = (_used + length + 15) & ~15ul;
        _used = Math.Min(_used, _blocks[^1].Length);
        return place;
    }

    private void FreeLast()
    {
        NativeMemory.Free((void*)_blocks[^1].Address);
        _blocks.RemoveAt(_blocks.Count - 1);
    }

    private readonly record struct Piece(IRemoteMemory Remote, ulong Iova, nint Address, ulong Length);
}
