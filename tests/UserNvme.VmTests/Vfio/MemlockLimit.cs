using Tmds.Linux;

namespace UserNvme.VmTests.Vfio;

/// <summary>Lowers this process's RLIMIT_MEMLOCK until it is disposed.</summary>
internal sealed unsafe class MemlockLimit : IDisposable
{
    private const int SysGetrlimit = 97;
    private const int SysSetrlimit = 160;
    private const int Memlock = 8;

    private readonly ulong _current;
    private readonly ulong _maximum;

    public MemlockLimit(ulong bytes)
    {
        var limits = stackalloc ulong[2];
        Assert.Equal(0, (long)LibC.syscall(SysGetrlimit, Memlock, limits));
        (_current, _maximum) = (limits[0], limits[1]);
        Set(bytes);
    }

    public void Dispose() => Set(_current);

    private void Set(ulong current)
    {
        var limits = stackalloc ulong[2] { current, _maximum };
        Assert.Equal(0, (long)LibC.syscall(SysSetrlimit, Memlock, limits));
    }
}
