using System.Runtime.CompilerServices;

namespace UserNvme.Emulation.Dma;

/// <summary>
/// The controller's way to the host's memory: each address is translated and checked, as an IOMMU would. Remote memory is copied here and
/// back, see <see cref="StagedMemory"/>; the rest is reached directly. Used within a step only.
/// </summary>
internal sealed unsafe class DeviceMemory(EmulatedDmaDomain domain) : IDisposable
{
    private readonly StagedMemory _staged = new();
    private DmaMappingTable _table = DmaMappingTable.Empty;

    // The mapping of this process's own memory, for both directions, that was hit last.
    private ulong _lastFirst;
    private ulong _lastLength;
    private byte* _lastAddress;

    /// <summary>The table in use; when it is another object than before, remembered translations are void.</summary>
    public DmaMappingTable Table => _table;

    /// <summary>Whether copies of remote memory are in use, which <see cref="TryFlush"/> and <see cref="Unstage"/> are for.</summary>
    public bool HasStaged => _staged.Any;

    /// <summary>Whether remote memory took so much time that the step should end with the present command.</summary>
    public bool IsLate => _staged.IsLate;

    /// <summary>Takes the domain's present table; called at the start of each step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Refresh()
    {
        _staged.BeginStep();
        var table = domain.Table;
        if (ReferenceEquals(table, _table)) return;
        _table = table;
        _lastLength = 0;
    }

    /// <summary>Translates the start of a range and tells how many bytes of it lie behind each other here.</summary>
    /// <param name="iova">The first IOVA.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="direction">What is to be done with them.</param>
    /// <param name="available">Bytes from the returned address on.</param>
    /// <returns>The address, or null where <paramref name="iova"/> is not mapped for that.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Translate(ulong iova, ulong length, DmaDirection direction, out ulong available)
    {
        // The same region is hit again and again: look there before searching.
        var offset = iova - _lastFirst;
        if (offset < _lastLength)
        {
            available = Math.Min(length, _lastLength - offset);
            return _lastAddress + offset;
        }

        return Search(iova, length, direction, out available);
    }

    /// <summary>Translates a range that must lie behind each other as a whole; null where it does not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* TranslateWhole(ulong iova, ulong length, DmaDirection direction)
    {
        var address = Translate(iova, length, direction, out var available);
        return available == length ? address : null;
    }

    /// <summary>The same for memory that is used again and again, such as a ring: null also where it is remote, and has to be translated each time.</summary>
    public byte* TranslateLasting(ulong iova, ulong length, DmaDirection direction)
    {
        var index = _table.Find(iova);
        return index >= 0 && _table[index].Remote is null ? TranslateWhole(iova, length, direction) : null;
    }

    /// <summary>Sends what was written to remote memory.</summary>
    /// <returns>Whether it arrived; else where it did not.</returns>
    public bool TryFlush(out ulong failedAt, out ulong failedLength) => _staged.TryFlush(out failedAt, out failedLength);

    /// <summary>Forgets the copies of remote memory.</summary>
    public void Unstage() => _staged.Clear();

    /// <inheritdoc/>
    public void Dispose() => _staged.Dispose();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte* Search(ulong iova, ulong length, DmaDirection direction, out ulong available)
    {
        available = 0;
        var index = _table.Find(iova);
        if (index < 0) return null;
        ref readonly var mapping = ref _table[index];
        if ((mapping.Access & (direction == DmaDirection.Read ? DmaAccess.Read : DmaAccess.Write)) == 0) return null;
        var offset = iova - mapping.First;
        var reach = Math.Min(length, mapping.Length - offset);
        if (mapping.Remote is { } remote)
        {
            var copy = direction == DmaDirection.Read ? _staged.Read(remote, iova, reach) : _staged.Write(remote, iova, reach);
            available = copy != null ? reach : 0;
            return copy;
        }

        if (mapping.Access == DmaAccess.Both)
        {
            _lastFirst = mapping.First;
            _lastLength = mapping.Length;
            _lastAddress = mapping.Address;
        }

        available = reach;
        return mapping.Address + offset;
    }
}
