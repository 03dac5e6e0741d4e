using System.Numerics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace UserNvme.Memory;

/// <summary>
/// DMA memory in regions of hugepages, each mapped as a whole in every attached domain before anything in it is handed out. Thread-safe.
/// Renting and giving back take a short lock and no system call, except when the heap grows: rent before the loop, not in it.
/// </summary>
public sealed partial class DmaHeap : IDisposable
{
    /// <summary>The unit of allocation in bytes; every rented buffer begins on a multiple of it.</summary>
    public const int Granule = 4096;

    /// <summary>The largest alignment that <see cref="Rent"/> can give: 2 MB.</summary>
    public const int MaxAlignment = RegionMemory.Alignment;

    private readonly DmaHeapOptions _options;
    private readonly ILogger _logger;
    private readonly RegionSource _source;

    // Two locks, always taken in this order: the first for what maps and unmaps (system calls), the second for the bookkeeping alone.
    private readonly Lock _mapping = new();
    private readonly Lock _gate = new();
    private readonly RegionTable _table;
    private long _committed;
    private long _rented;
    private long _returnedInFlight;
    private bool _disposed;

    /// <summary>Makes an empty heap; it gets its first region with the first <see cref="Rent"/>.</summary>
    /// <param name="options">Page size, growth, limit. Null for the defaults.</param>
    /// <param name="logger">Gets the warnings. Null for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public DmaHeap(DmaHeapOptions? options = null, ILogger? logger = null)
    {
        _options = (options ?? new DmaHeapOptions()).Validated();
        _logger = logger ?? NullLogger.Instance;
        _source = new RegionSource(_options, _logger, RegionMemory.TryCreate);
        _table = new RegionTable(_gate, _logger);
    }

    /// <summary>Bytes of the heap's own regions. Registered memory is not counted.</summary>
    public long CommittedBytes => Interlocked.Read(ref _committed);

    /// <summary>
    /// Bytes that are rented, in whole granules. Those that were given back and are still held by a lease count until that ends.
    /// </summary>
    public long RentedBytes => Interlocked.Read(ref _rented);

    /// <summary>How many buffers were given back while a command still had them: each is a mistake of the caller, made harmless.</summary>
    public long ReturnedInFlight => Interlocked.Read(ref _returnedInFlight);

    /// <summary>Bytes in regions that a domain could not unmap. They are never used again.</summary>
    public long RetiredBytes
    {
        get
        {
            lock (_gate) return _table.Regions.Sum(r => r is { Retired: true } ? (long)r.Memory.Length : 0);
        }
    }

    /// <summary>
    /// Rents memory that is contiguous for the CPU and, in every attached space, for the device. The contents are undefined unless
    /// <see cref="DmaHeapOptions.ZeroRented"/> is set.
    /// </summary>
    /// <param name="length">Bytes, 1 or more. Whole granules of 4 KiB are set aside.</param>
    /// <param name="alignment">Of the address and the IOVA, in bytes: a power of two up to <see cref="MaxAlignment"/>; 4096 is the least given.</param>
    /// <exception cref="NvmeSetupException">The heap cannot grow: no memory, its limit, or a domain that refuses the mapping.</exception>
    /// <exception cref="ObjectDisposedException">The heap was disposed of.</exception>
    public DmaBuffer Rent(int length, int alignment = Granule)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        if (alignment is <= 0 or > MaxAlignment || !BitOperations.IsPow2(alignment))
            throw new ArgumentOutOfRangeException(nameof(alignment), alignment, $"An alignment is a power of two up to {MaxAlignment}.");
        var buffer = TryRent(length, alignment) ?? GrowAndRent(length, alignment);
        if (_options.ZeroRented) buffer.GetSpan().Clear();
        return buffer;
    }

    /// <summary>
    /// Makes a caller's own memory reachable for the attached domains, as one more region. The memory stays the caller's; it may be freed
    /// when <see cref="DmaBuffer.IsReleased"/> is true, never before. It is populated, and left out of children made by fork from now on.
    /// </summary>
    /// <param name="address">Start, aligned to the page size of the system.</param>
    /// <param name="length">Bytes; a multiple of that page size, below 2 GiB.</param>
    /// <returns>The whole of it as one buffer; disposing of it unmaps the memory, at once or with the last lease.</returns>
    /// <exception cref="ArgumentException">The memory is not aligned, not mapped or not writable.</exception>
    /// <exception cref="NvmeSetupException">A domain refuses the mapping.</exception>
    /// <exception cref="ObjectDisposedException">The heap was disposed of.</exception>
    public DmaBuffer Register(nint address, nuint length)
    {
        RegionMemory.PrepareForeign(address, length);
        lock (_mapping)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var memory = new DmaRegion(_table.NextIndex, address, length, Environment.SystemPageSize, null);
            var region = new HeapRegion(memory, null) { Buffers = 1 };
            _table.Publish(region);
            return new DmaBuffer(this, region, address, (int)length);
        }
    }

    /// <summary>
    /// Maps the heap in a domain, now and as it grows. The same domain gives the same space, counted: each call needs its
    /// <see cref="Detach"/>.
    /// </summary>
    /// <exception cref="NvmeSetupException">A region cannot be mapped; nothing of the heap is mapped in this domain then.</exception>
    /// <exception cref="ObjectDisposedException">The heap was disposed of.</exception>
    public DmaSpace Attach(IDmaDomain domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        lock (_mapping)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _table.Attach(this, domain);
        }
    }

    /// <summary>
    /// Ends one <see cref="Attach"/>; the last one unmaps everything. Only when the domain's controllers have stopped (rule 5). A region that
    /// cannot be unmapped is retired: logged, counted in <see cref="RetiredBytes"/> and never used again. It stays until the process ends where a
    /// device may still write to it, until the heap ends where only another process (vfio-user) may, which has a mapping of its own.
    /// </summary>
    /// <exception cref="InvalidOperationException">The space is not attached (any more).</exception>
    public void Detach(DmaSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        lock (_mapping)
        {
            _table.Detach(space);
            FreeWhatIsIdle();
        }
    }

    /// <summary>
    /// Ends the heap: nothing can be rented any more. Its memory goes when the last space is detached and the last buffer in each region
    /// is given back: memory that somebody may touch is never taken away.
    /// </summary>
    public void Dispose()
    {
        lock (_mapping)
        {
            lock (_gate) _disposed = true;
            FreeWhatIsIdle();
        }
    }

    /// <summary>A holder gave a buffer back that commands still have.</summary>
    internal void OnReturnedInFlight(DmaBuffer buffer, int leases)
    {
        Interlocked.Increment(ref _returnedInFlight);
        LogReturnedInFlight(_logger, buffer.Length, leases);
    }

    /// <summary>The last one who had a buffer is gone: its holder, or the last lease. False if registered memory stays mapped.</summary>
    internal bool TryRelease(DmaBuffer buffer, out NvmeSetupException? failure)
    {
        failure = null;
        var region = buffer.Region;
        if (region.Runs is null)
        {
            lock (_mapping)
            {
                lock (_gate) region.Buffers--;
                return _table.TryWithdraw(region, out failure);
            }
        }

        var count = Granules(buffer.Length);
        bool last;
        lock (_gate)
        {
            region.Runs.Give((int)((buffer.Start - region.Memory.Address) / Granule), count);
            region.Buffers--;
            _rented -= (long)count * Granule;
            last = _disposed && region.Buffers == 0;
        }

        if (last)
            lock (_mapping) FreeWhatIsIdle();
        return true;
    }

    private DmaBuffer? TryRent(int length, int alignment)
    {
        var count = Granules(length);
        var step = Math.Max(alignment / Granule, 1);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            foreach (var region in _table.Regions)
            {
                if (region?.Runs is null || region.Retired) continue;
                var start = region.Runs.Take(count, step);
                if (start < 0) continue;
                region.Buffers++;
                _rented += (long)count * Granule;
                return new DmaBuffer(this, region, region.Memory.Address + (nint)start * Granule, length);
            }
        }

        return null;
    }

    private DmaBuffer GrowAndRent(int length, int alignment)
    {
        lock (_mapping)
        {
            // First again: somebody may have grown the heap while this thread waited. And again: somebody may have taken the new room.
            while (true)
            {
                if (TryRent(length, alignment) is { } buffer) return buffer;
                Grow((long)Granules(length) * Granule);
            }
        }
    }

    private void Grow(long needed)
    {
        var memory = _source.Create(needed, _options.MaxBytes - CommittedBytes);
        var region = new HeapRegion(memory.AsRegion(_table.NextIndex), new RunAllocator(checked((int)(memory.Length / Granule))));
        Interlocked.Add(ref _committed, (long)memory.Length);
        try
        {
            _table.Publish(region);
        }
        catch
        {
            if (!region.Retired) Free(region);
            throw;
        }
    }

    // Under the map lock, so nothing is mapped meanwhile; after disposal, so nothing is rented.
    private void FreeWhatIsIdle()
    {
        if (!_disposed || !_table.IsDetached) return;
        foreach (var region in _table.Regions.ToArray())
        {
            if (region?.Runs is null || region.MustStayMapped) continue;
            int buffers;
            lock (_gate) buffers = region.Buffers;
            if (buffers != 0) continue;
            _table.Remove(region);
            Free(region);
        }
    }

    private void Free(HeapRegion region)
    {
        RegionMemory.Free(region.Memory);
        Interlocked.Add(ref _committed, -(long)region.Memory.Length);
    }

    private static int Granules(int length) => (int)(((long)length + Granule - 1) / Granule);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning,
        Message = "A DMA buffer of {Length} bytes was given back while {Leases} command(s) still had it; its memory goes back with the last of them")]
    private static partial void LogReturnedInFlight(ILogger logger, int length, int leases);
}
