using Tmds.Linux;
using UserNvme.Interop;

namespace UserNvme.Tests.Processes;

/// <summary>Descriptors of all kinds that a peer may be sent, right ones and wrong ones: memory, small memory, an eventfd, a pipe's end.</summary>
internal sealed unsafe class PassedFiles : IDisposable
{
    public const int MemoryLength = 2 << 20;

    private readonly FileDescriptor[] _files;

    public PassedFiles()
    {
        var ends = stackalloc int[2];
        Assert.Equal(0, LibC.pipe2(ends, LibC.O_CLOEXEC | LibC.O_NONBLOCK));
        _files = [Memory(MemoryLength), FileDescriptor.MakeEventFd(), Memory(4096), FileDescriptor.Adopt(ends[0]), FileDescriptor.Adopt(ends[1])];
    }

    /// <summary>Memory for a range of DMA, an eventfd for interrupts, and after the first of them the wrong ones.</summary>
    public int[] Take(bool memoryFirst, int count)
    {
        var order = memoryFirst ? _files : [_files[1], _files[0], .. _files[2..]];
        return [.. order.Take(count).Select(file => file.Number)];
    }

    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
    }

    private static FileDescriptor Memory(int length)
    {
        fixed (byte* name = "usernvme-fuzz\0"u8)
        {
            var file = FileDescriptor.Adopt(LibC.memfd_create(name, LibC.MFD_CLOEXEC));
            Assert.Equal(0, LibC.ftruncate(file.Number, length));
            return file;
        }
    }
}
