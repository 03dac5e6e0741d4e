using Tmds.Linux;
using UserNvme.Memory;

namespace UserNvme.VmTests.Vfio;

/// <summary>Anonymous shared memory as a region, at page granularity, outside any heap.</summary>
internal sealed unsafe class PinnedMemory : IDisposable
{
    public PinnedMemory(int length)
    {
        var address = LibC.mmap(null, (uint)length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED | LibC.MAP_ANONYMOUS, -1, 0);
        Assert.True(address != LibC.MAP_FAILED);
        Region = new DmaRegion(0, (nint)address, (nuint)length, 4096, null);
    }

    public DmaRegion Region { get; }

    public Span<byte> Span => new((void*)Region.Address, (int)Region.Length);

    public void Dispose() => _ = LibC.munmap((void*)Region.Address, (uint)Region.Length);
}
