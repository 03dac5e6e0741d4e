using System.Runtime.InteropServices;
using Tmds.Linux;

namespace UserNvme.Interop;

/// <summary>
/// Bytes with file descriptors over UNIX stream sockets (SCM_RIGHTS). No call blocks longer than its limit. Results below 0 are negated
/// error numbers; <see cref="TimedOut"/> is one that no socket call has.
/// </summary>
internal static unsafe class SocketMessages
{
    /// <summary>The time was over.</summary>
    public const int TimedOut = -62; // ETIME

    /// <summary>More descriptors came with one read than there is room for; those that came are in the list.</summary>
    public const int TooManyDescriptors = -7; // E2BIG

    /// <summary>The most descriptors with one read or write.</summary>
    public const int MaxDescriptors = 64;

    private const int ControlBytes = 16 + (MaxDescriptors * sizeof(int));

    /// <summary>Sends what the socket takes of the bytes, with all descriptors.</summary>
    /// <returns>Bytes sent, 1 or more, or an error.</returns>
    public static int Send(SafeHandle socket, ReadOnlySpan<byte> bytes, ReadOnlySpan<int> descriptors, Deadline deadline)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Length, MaxDescriptors);
        var control = stackalloc byte[ControlBytes];
        fixed (byte* start = bytes)
        {
            var vector = new iovec { iov_base = start, iov_len = (size_t)(ulong)bytes.Length };
            var message = new msghdr { msg_iov = &vector, msg_iovlen = 1 };
            if (!descriptors.IsEmpty)
            {
                var head = (cmsghdr*)control;
                head->cmsg_len = (uint)(sizeof(cmsghdr) + (descriptors.Length * sizeof(int)));
                head->cmsg_level = LibC.SOL_SOCKET;
                head->cmsg_type = LibC.SCM_RIGHTS;
                descriptors.CopyTo(new Span<int>(control + sizeof(cmsghdr), MaxDescriptors));
                message.msg_control = control;
                message.msg_controllen = (uint)((sizeof(cmsghdr) + (descriptors.Length * sizeof(int)) + 7) & ~7);
            }

            using var use = new Use(socket);
            while (true)
            {
                var sent = (long)LibC.sendmsg(use.Number, &message, LibC.MSG_NOSIGNAL | LibC.MSG_DONTWAIT);
                if (sent >= 0)
                    return (int)sent;
                var error = Errno.Last;
                if (error == Errno.EINTR)
                    continue;
                if (error != Errno.EAGAIN)
                    return -error;
                if (!Wait(use.Number, LibC.POLLOUT, deadline))
                    return TimedOut;
            }
        }
    }

    /// <summary>Receives what there is, up to the length of the buffer.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="buffer">Where the bytes go; not empty.</param>
    /// <param name="descriptors">Where descriptors go that come along; the list's owner closes them, also after an error.</param>
    /// <param name="deadline">When to give up.</param>
    /// <returns>Bytes received, 0 where the peer has closed, or an error.</returns>
    public static int Receive(SafeHandle socket, Span<byte> buffer, List<FileDescriptor> descriptors, Deadline deadline)
    {
        var control = stackalloc byte[ControlBytes];
        using var use = new Use(socket);
        fixed (byte* start = buffer)
        {
            var vector = new iovec { iov_base = start, iov_len = (size_t)(ulong)buffer.Length };
            while (true)
            {
                var message = new msghdr { msg_iov = &vector, msg_iovlen = 1, msg_control = control, msg_controllen = (uint)ControlBytes };
                var received = (long)LibC.recvmsg(use.Number, &message, LibC.MSG_CMSG_CLOEXEC | LibC.MSG_DONTWAIT);
                if (received >= 0)
                {
                    Adopt(control, (uint)message.msg_controllen, descriptors);
                    return (message.msg_flags & LibC.MSG_CTRUNC) != 0 ? TooManyDescriptors : (int)received;
                }

                var error = Errno.Last;
                if (error == Errno.EINTR)
                    continue;
                if (error != Errno.EAGAIN)
                    return -error;
                if (!Wait(use.Number, LibC.POLLIN, deadline))
                    return TimedOut;
            }
        }
    }

    // The kernel wrote these lengths. Everything that it installed is taken over, so that nothing leaks whatever comes next.
    private static void Adopt(byte* control, ulong length, List<FileDescriptor> descriptors)
    {
        for (ulong at = 0; at + (ulong)sizeof(cmsghdr) <= length;)
        {
            var head = (cmsghdr*)(control + at);
            var size = (ulong)(uint)head->cmsg_len;
            if (size < (ulong)sizeof(cmsghdr) || size > length - at)
                return;
            if (head->cmsg_level == LibC.SOL_SOCKET && head->cmsg_type == LibC.SCM_RIGHTS)
            {
                var numbers = new ReadOnlySpan<int>(control + at + sizeof(cmsghdr), (int)(size - (ulong)sizeof(cmsghdr)) / sizeof(int));
                foreach (var number in numbers)
                    descriptors.Add(FileDescriptor.Adopt(number));
            }

            at += (size + 7) & ~7ul;
        }
    }

    private static bool Wait(int socket, int events, Deadline deadline)
    {
        while (true)
        {
            var poll = new pollfd { fd = socket, events = (short)events };
            var result = LibC.poll(&poll, 1, deadline.Milliseconds);
            if (result > 0)
                return true;
            if (result == 0 && deadline.Milliseconds == 0)
                return false;
            // Interrupted, or woken a moment early: the time that is left is computed anew.
            if (result < 0 && Errno.Last != Errno.EINTR)
                return true; // The next call on the socket names the error.
        }
    }

    // Keeps the number from being closed, and given to another file, while a call uses it.
    private ref struct Use
    {
        private readonly SafeHandle _handle;
        private readonly bool _added;

        public Use(SafeHandle handle)
        {
            _handle = handle;
            handle.DangerousAddRef(ref _added);
            Number = (int)handle.DangerousGetHandle();
        }

        public int Number { get; }

        public readonly void Dispose()
        {
            if (_added)
                _handle.DangerousRelease();
        }
    }
}
