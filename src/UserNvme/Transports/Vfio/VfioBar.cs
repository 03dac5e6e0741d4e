using Tmds.Linux;
using UserNvme.Interop;

namespace UserNvme.Transports.Vfio;

/// <summary>
/// BAR 0 of a device: mapped where the kernel allows it, reached by pread and pwrite elsewhere (a kernel before 4.16 does not map the
/// page of the MSI-X table). Register access takes a lock, so that none touches the mapping while it is taken down; doorbells do not:
/// they are written by the owners of queues, which are gone before the transport is closed (rule 5).
/// </summary>
internal sealed unsafe class VfioBar : IDoorbellSink, IDisposable
{
    private readonly VfioDevice _device;
    private readonly VfioRegion _region;
    private readonly Lock _gate = new();
    private readonly List<(nint Address, int Offset, int Length)> _mappings = [];
    private bool _closed;

    /// <summary>Maps the BAR of a device.</summary>
    /// <exception cref="NvmeSetupException">The device has no usable BAR 0.</exception>
    public VfioBar(VfioDevice device)
    {
        _device = device;
        _region = device.GetRegion(VfioPciRegion.Bar0);
        if (_region.Size < MinimumLength || !_region.Flags.HasFlag(VfioRegionFlags.Read | VfioRegionFlags.Write))
            throw device.Error(SetupProblem.DeviceFailed,
                $"BAR 0 of {device.Address} has {_region.Size:N0} bytes, an NVMe controller needs {MinimumLength:N0} or more: the firmware or the kernel has not given it its registers.");
        // Registers are addressed by int; more than doorbells and a controller memory buffer never lies behind them.
        Length = (int)Math.Min(_region.Size, int.MaxValue & ~0xFFFul);
        try
        {
            foreach (var area in _region.MappableAreas)
                Map(area);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    // Registers end and doorbells begin at 0x1000; a controller has at least the admin queue's pair.
    private const ulong MinimumLength = 0x1008;

    /// <summary>Bytes of the register space.</summary>
    public int Length { get; }

    /// <summary>Reads a register; all-ones when the device is gone or the BAR is closed.</summary>
    public uint Read32(int offset)
    {
        Check(offset);
        lock (_gate)
        {
            if (_closed)
                return uint.MaxValue;
            var register = Find(offset);
            if (register != null)
                return Mmio.Read32(register);
            uint value;
            return _device.File.ReadAt(&value, sizeof(uint), (long)_region.Offset + offset) == sizeof(uint) ? value : uint.MaxValue;
        }
    }

    /// <summary>Writes a register; nothing happens when the device is gone or the BAR is closed.</summary>
    public void Write32(int offset, uint value)
    {
        Check(offset);
        lock (_gate)
        {
            if (_closed)
                return;
            var register = Find(offset);
            if (register != null)
                Mmio.Write32(register, value);
            else
                _device.File.WriteAt(&value, sizeof(uint), (long)_region.Offset + offset);
        }
    }

    /// <summary>A doorbell: a store where its page is mapped, a call where not. The caller has checked the offset against the BAR.</summary>
    public Doorbell GetDoorbell(int offset)
    {
        Check(offset);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            var register = Find(offset);
            return register != null ? new Doorbell(register) : new Doorbell(this, offset);
        }
    }

    /// <inheritdoc/>
    public void Ring(int offset, uint value) => Write32(offset, value);

    /// <summary>Unmaps the BAR.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var (address, _, length) in _mappings)
                _ = LibC.munmap((void*)address, (uint)length);
            _mappings.Clear();
        }
    }

    private void Map(VfioRegionSparseMmapArea area)
    {
        if (area.Offset >= (ulong)Length)
            return;
        var length = (int)Math.Min(area.Size, (ulong)Length - area.Offset);
        var address = LibC.mmap(null, (uint)length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, _device.File.Number, (long)(_region.Offset + area.Offset));
        if (address == LibC.MAP_FAILED)
            throw _device.Error(SetupProblem.SystemError, $"BAR 0 of {_device.Address} cannot be mapped: {Errno.DescribeLast()}.");
        _mappings.Add(((nint)address, (int)area.Offset, length));
    }

    private uint* Find(int offset)
    {
        foreach (var (address, start, length) in _mappings)
        {
            if (offset >= start && offset - start <= length - sizeof(uint))
                return (uint*)(address + (offset - start));
        }

        return null;
    }

    private void Check(int offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - sizeof(uint));
        if (offset % sizeof(uint) != 0)
            throw new ArgumentException($"Register offset 0x{offset:x} is not a multiple of 4.", nameof(offset));
    }
}
