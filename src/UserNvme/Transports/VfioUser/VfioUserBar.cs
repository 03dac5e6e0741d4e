using Tmds.Linux;
using UserNvme.Interop;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Transports.VfioUser;

/// <summary>The doorbells of a controller as far as its server shares them. A server that shares none has no mapping here.</summary>
internal sealed unsafe class VfioUserBar : IDisposable
{
    private readonly VfioUserMmapArea _area;
    private byte* _base;

    /// <summary>Maps the shared area that holds the first doorbell.</summary>
    /// <param name="address">The controller's address, for messages.</param>
    /// <param name="region">BAR0.</param>
    /// <param name="file">What came with the reply; null where nothing did.</param>
    /// <exception cref="NvmeSetupException">The file is smaller than the area, or cannot be mapped.</exception>
    public VfioUserBar(string address, VfioUserRegion region, FileDescriptor? file)
    {
        _area = region.Areas.FirstOrDefault(area => area.Offset <= VfioUserTransport.FirstDoorbell && VfioUserTransport.FirstDoorbell - area.Offset < area.Size);
        if (file is null || _area.Size == 0)
            return;
        var start = region.FileOffset + _area.Offset;
        var end = (long)LibC.lseek(file.Number, 0, LibC.SEEK_END);
        // A touch behind the end of the file would be a SIGBUS.
        if (end < 0 || start + _area.Size > (ulong)end)
            throw new NvmeSetupException(SetupProblem.DeviceFailed, address, $"{address} shares {_area.Size} bytes of doorbells in a file that has {end} bytes.");
        var memory = LibC.mmap(null, (size_t)_area.Size, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, file.Number, (long)start);
        if (memory == LibC.MAP_FAILED)
            throw new NvmeSetupException(SetupProblem.SystemError, address, $"The doorbells of {address} cannot be mapped: {Errno.DescribeLast()}.");
        _base = (byte*)memory;
    }

    /// <summary>The register at an offset of BAR0; null where it is not mapped.</summary>
    public uint* Register(int offset) =>
        _base != null && (ulong)offset >= _area.Offset && VfioUserPayload.IsInside((ulong)offset - _area.Offset, sizeof(uint), _area.Size)
            ? (uint*)(_base + ((ulong)offset - _area.Offset))
            : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_base != null)
            _ = LibC.munmap(_base, (size_t)_area.Size);
        _base = null;
    }
}
