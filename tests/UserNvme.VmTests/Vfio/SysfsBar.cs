using System.Diagnostics;
using Tmds.Linux;
using UserNvme.Interop;
using UserNvme.Pci;
using UserNvme.Transports;
using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Vfio;

/// <summary>A controller's registers through sysfs, past VFIO: what an earlier owner without any manners did.</summary>
internal sealed unsafe class SysfsBar : IDisposable
{
    private const uint Length = 0x2000;

    private readonly FileDescriptor _file;
    private readonly byte* _registers;

    public SysfsBar(GuestController controller)
    {
        File.WriteAllText($"{controller.SysfsPath}/power/control", "on");
        using (var config = new SysfsConfigSpace(PciAddress.Parse(controller.Address), writable: true))
            config.Command |= PciCommand.MemorySpace;
        _file = FileDescriptor.TryOpen($"{controller.SysfsPath}/resource0", out var error)!;
        Assert.Equal(0, error);
        _registers = (byte*)LibC.mmap(null, Length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, _file.Number, 0);
        Assert.True(_registers != LibC.MAP_FAILED);
    }

    public uint Read32(int offset) => Mmio.Read32((uint*)(_registers + offset));

    /// <summary>Enables the controller with an admin queue at an address that means nothing; it may not master the bus, so none is touched.</summary>
    public void Enable()
    {
        Mmio.Write32((uint*)(_registers + 0x24), 0x0001_0001);
        foreach (var register in (int[])[0x28, 0x30])
        {
            Mmio.Write32((uint*)(_registers + register), 0x10_0000);
            Mmio.Write32((uint*)(_registers + register + 4), 0);
        }

        Mmio.Write32((uint*)(_registers + 0x14), 0x0046_0001);
        var start = Stopwatch.GetTimestamp();
        while ((Read32(0x1C) & 1) == 0)
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20));
    }

    public void Dispose()
    {
        _ = LibC.munmap(_registers, Length);
        _file.Dispose();
    }
}
