using System.Runtime.InteropServices;
using UserNvme.Memory;

namespace UserNvme.Tests.Emulation;

/// <summary>Native memory that is mapped in a domain: the raw driver's DMA memory.</summary>
internal sealed unsafe class RawMemory : IDisposable
{
    private readonly IDmaDomain _domain;
    private readonly Iova _base;
    private nint _address;
    private bool _isMapped;
    private int _used;

    public RawMemory(IDmaDomain domain, int length = 8 << 20, ulong iova = 0x10_0000)
    {
        _domain = domain;
        _base = new Iova(iova);
        _address = (nint)NativeMemory.AlignedAlloc((nuint)length, 4096);
        new Span<byte>((void*)_address, length).Clear();
        Region = new DmaRegion(0, _address, (nuint)length, 4096, null);
        domain.Map(Region, _base);
        _isMapped = true;
    }

    public DmaRegion Region { get; }

    public ulong Iova => _base.Value;

    /// <summary>A stretch of fresh memory that starts at a page.</summary>
    public RawBuffer Allocate(int length)
    {
        var offset = _used;
        _used += (length + 4095) & ~4095;
        return (nuint)_used <= Region.Length
            ? new RawBuffer((byte*)_address + offset, length, _base.Value + (ulong)offset)
            : throw new InvalidOperationException("The raw driver's memory is used up.");
    }

    public void Unmap()
    {
        _domain.Unmap(Region, _base);
        _isMapped = false;
    }

    public void Dispose()
    {
        if (_isMapped)
            Unmap();
        NativeMemory.AlignedFree((void*)_address);
        _address = 0;
    }
}
