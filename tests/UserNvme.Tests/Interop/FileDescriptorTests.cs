using UserNvme.Interop;

namespace UserNvme.Tests.Interop;

public sealed class FileDescriptorTests
{
    [Fact]
    public void A_file_that_does_not_exist_gives_its_error_number()
    {
        Assert.Null(FileDescriptor.TryOpen("/no/such/file", out var error));
        Assert.Equal(Errno.ENOENT, error);
    }

    [Fact]
    public void A_refused_ioctl_gives_a_negated_error_number()
    {
        using var file = FileDescriptor.TryOpen("/dev/null", out _)!;

        Assert.Equal(-Errno.ENOTTY, file.Ioctl(0));
    }

    [Fact]
    public void A_closed_descriptor_is_never_used_again()
    {
        var file = FileDescriptor.TryOpen("/dev/null", out _)!;

        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.Ioctl(0));
    }

    [Fact]
    public unsafe void A_signalled_eventfd_counts()
    {
        using var file = FileDescriptor.MakeEventFd();

        file.Signal();
        file.Signal();

        ulong count = 0;
        Assert.Equal(sizeof(ulong), Tmds.Linux.LibC.read(file.Number, &count, sizeof(ulong)));
        Assert.Equal(2ul, count);
    }

    [Fact]
    public void A_closed_descriptor_tells_no_number_that_another_file_may_have()
    {
        var file = FileDescriptor.MakeEventFd();

        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.Number);
    }
}
