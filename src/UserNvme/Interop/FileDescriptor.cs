using System.Buffers;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace UserNvme.Interop;

/// <summary>
/// Owns one Linux file descriptor that is used by ioctl, pread and pwrite. Thread-safe: it is closed when the last call on it has
/// returned, so that a number which the kernel gives to another file is never used. Results below 0 are negated error numbers.
/// </summary>
internal sealed unsafe class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    private FileDescriptor(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    /// <summary>The number; valid while its user keeps this object open.</summary>
    /// <exception cref="ObjectDisposedException">It is closed: the number may be another file's by now.</exception>
    public int Number => !IsClosed ? (int)handle : throw new ObjectDisposedException(nameof(FileDescriptor));

    /// <summary>Takes over a descriptor that a system call has returned.</summary>
    public static FileDescriptor Adopt(int fd) => new(fd);

    /// <summary>Opens a file for reading and writing; it is not inherited by child processes (they would keep a device alive).</summary>
    /// <param name="path">The file.</param>
    /// <param name="error">The error number where the result is null.</param>
    public static FileDescriptor? TryOpen(string path, out int error)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(path.Length) + 1);
        bytes[Encoding.UTF8.GetBytes(path, bytes)] = 0;
        int fd;
        fixed (byte* name = bytes)
        {
            do
                fd = LibC.open(name, LibC.O_RDWR | LibC.O_CLOEXEC);
            while (fd < 0 && Errno.Last == Errno.EINTR);
        }

        error = fd < 0 ? Errno.Last : 0;
        ArrayPool<byte>.Shared.Return(bytes);
        return fd < 0 ? null : new FileDescriptor(fd);
    }

    /// <summary>Makes an eventfd with count 0, non-blocking, not inherited.</summary>
    public static FileDescriptor MakeEventFd()
    {
        var fd = LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
        return fd >= 0 ? new FileDescriptor(fd) : throw new NvmeSetupException(SetupProblem.SystemError, "",
            $"No eventfd can be made: {Errno.DescribeLast()}.");
    }

    /// <summary>Calls ioctl with a pointer, again when a signal interrupts it.</summary>
    public int Ioctl(int request, void* argument)
    {
        var added = false;
        try
        {
            DangerousAddRef(ref added);
            int result;
            do
                result = LibC.ioctl(Number, request, argument);
            while (result < 0 && Errno.Last == Errno.EINTR);
            return result < 0 ? -Errno.Last : result;
        }
        finally
        {
            if (added)
                DangerousRelease();
        }
    }

    /// <summary>Calls ioctl with a number.</summary>
    public int Ioctl(int request, nint argument = 0) => Ioctl(request, (void*)argument);

    /// <summary>Reads at an offset; returns the bytes read, or a negated error number.</summary>
    public long ReadAt(void* buffer, int length, long offset)
    {
        var added = false;
        try
        {
            DangerousAddRef(ref added);
            var result = (long)LibC.pread(Number, buffer, (uint)length, offset);
            return result < 0 ? -Errno.Last : result;
        }
        finally
        {
            if (added)
                DangerousRelease();
        }
    }

    /// <summary>Writes at an offset; returns the bytes written, or a negated error number.</summary>
    public long WriteAt(void* buffer, int length, long offset)
    {
        var added = false;
        try
        {
            DangerousAddRef(ref added);
            var result = (long)LibC.pwrite(Number, buffer, (uint)length, offset);
            return result < 0 ? -Errno.Last : result;
        }
        finally
        {
            if (added)
                DangerousRelease();
        }
    }

    /// <summary>Adds 1 to an eventfd of <see cref="MakeEventFd"/>, which wakes who polls it.</summary>
    public void Signal()
    {
        var added = false;
        try
        {
            DangerousAddRef(ref added);
            var one = 1ul;
            _ = LibC.write(Number, &one, sizeof(ulong));
        }
        finally
        {
            if (added)
                DangerousRelease();
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;
}
