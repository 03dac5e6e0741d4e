using UserNvme.Interop;
using UserNvme.Memory;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Transports.VfioUser;

/// <summary>The ranges that a server has been given: what it asks for outside of them it does not get. Thread-safe.</summary>
internal sealed unsafe class VfioUserMemory
{
    private readonly Lock _gate = new();
    private readonly List<(ulong First, DmaRegion Region)> _ranges = [];

    /// <summary>Number of ranges.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _ranges.Count;
        }
    }

    /// <summary>Adds a range.</summary>
    public void Add(ulong first, DmaRegion region)
    {
        lock (_gate)
            _ranges.Add((first, region));
    }

    /// <summary>Takes a range back: when it returns no copy from or to it goes on.</summary>
    public void Remove(ulong first, DmaRegion region)
    {
        lock (_gate)
            _ranges.Remove((first, region));
    }

    /// <summary>The reply to a DMA_READ.</summary>
    /// <exception cref="VfioUserProtocolException">The request is wrong or leads outside.</exception>
    public byte[] Read(ReadOnlySpan<byte> request)
    {
        var access = VfioUserDmaAccess.ParseRead(request, VfioUserCapabilities.DefaultTransfer);
        lock (_gate)
            return VfioUserPayload.ToBytes(access, Find(access));
    }

    /// <summary>The reply to a DMA_WRITE, when its data are in place.</summary>
    /// <exception cref="VfioUserProtocolException">The request is wrong or leads outside.</exception>
    public byte[] Write(ReadOnlySpan<byte> request)
    {
        var access = VfioUserDmaAccess.ParseWithData(request, VfioUserCapabilities.DefaultTransfer, out var data);
        lock (_gate)
            data.CopyTo(Find(access));
        return VfioUserPayload.ToBytes(access);
    }

    private Span<byte> Find(in VfioUserDmaAccess access)
    {
        foreach (var (first, region) in _ranges)
        {
            if (access.Address >= first && VfioUserPayload.IsInside(access.Address - first, access.Count, region.Length))
                return new Span<byte>((byte*)region.Address + (access.Address - first), (int)access.Count);
        }

        throw new VfioUserProtocolException($"it asks for {access.Count} bytes at 0x{access.Address:x}, which it was not given", Errno.EFAULT);
    }
}
