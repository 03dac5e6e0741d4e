using System.Runtime.InteropServices;

namespace UserNvme.Interop;

/// <summary>Error numbers of the kernel, in words: every message of the driver names the failure, never a bare number (rule 11).</summary>
internal static class Errno
{
    /// <summary>Operation not permitted.</summary>
    public const int EPERM = 1;

    /// <summary>No such file or directory.</summary>
    public const int ENOENT = 2;

    /// <summary>A signal interrupted the call.</summary>
    public const int EINTR = 4;

    /// <summary>No such device or address.</summary>
    public const int ENXIO = 6;

    /// <summary>Try again.</summary>
    public const int EAGAIN = 11;

    /// <summary>Out of memory, or over the memlock limit.</summary>
    public const int ENOMEM = 12;

    /// <summary>Permission denied.</summary>
    public const int EACCES = 13;

    /// <summary>Bad address.</summary>
    public const int EFAULT = 14;

    /// <summary>Device or resource busy.</summary>
    public const int EBUSY = 16;

    /// <summary>Already exists.</summary>
    public const int EEXIST = 17;

    /// <summary>No such device.</summary>
    public const int ENODEV = 19;

    /// <summary>Invalid argument.</summary>
    public const int EINVAL = 22;

    /// <summary>Inappropriate ioctl for the device.</summary>
    public const int ENOTTY = 25;

    /// <summary>No space, or no more entries.</summary>
    public const int ENOSPC = 28;

    /// <summary>The kernel does not have this system call.</summary>
    public const int ENOSYS = 38;

    /// <summary>Not supported.</summary>
    public const int EOPNOTSUPP = 95;

    /// <summary>The error number that the last libc call on this thread left behind.</summary>
    public static int Last => Marshal.GetLastPInvokeError();

    /// <summary>The last error in words, for the end of a sentence: "Cannot allocate memory (ENOMEM)".</summary>
    public static string DescribeLast() => Describe(Last);

    /// <summary>An error in words, for the end of a sentence: "Cannot allocate memory (ENOMEM)".</summary>
    /// <param name="errno">The error number; a negative one, as the kernel's own interfaces give it, is taken as its positive.</param>
    public static string Describe(int errno)
    {
        var number = errno < 0 ? -errno : errno;
        return $"{Marshal.GetPInvokeErrorMessage(number)} ({Name(number)})";
    }

    private static string Name(int number) => number switch
    {
        EPERM => nameof(EPERM),
        ENOENT => nameof(ENOENT),
        EINTR => nameof(EINTR),
        ENXIO => nameof(ENXIO),
        EAGAIN => nameof(EAGAIN),
        ENOMEM => nameof(ENOMEM),
        EACCES => nameof(EACCES),
        EFAULT => nameof(EFAULT),
        EBUSY => nameof(EBUSY),
        EEXIST => nameof(EEXIST),
        ENODEV => nameof(ENODEV),
        EINVAL => nameof(EINVAL),
        ENOTTY => nameof(ENOTTY),
        ENOSPC => nameof(ENOSPC),
        ENOSYS => nameof(ENOSYS),
        EOPNOTSUPP => nameof(EOPNOTSUPP),
        _ => $"error {number}",
    };
}
