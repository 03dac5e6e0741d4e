using System.Runtime.InteropServices;

namespace UserNvme.Interop;

/// <summary>Limits of this process (getrlimit), for messages that name what is needed and what is allowed.</summary>
internal static partial class ResourceLimit
{
    private const int RlimitMemlock = 8;

    /// <summary>RLIMIT_MEMLOCK's soft limit in bytes: how much this process may pin; <see cref="ulong.MaxValue"/> means no limit.</summary>
    /// <exception cref="NvmeSetupException">The kernel does not say.</exception>
    public static ulong Memlock
    {
        get
        {
            if (GetLimit(RlimitMemlock, out var limit) != 0)
                throw new NvmeSetupException(SetupProblem.SystemError, "", $"The memlock limit of this process cannot be read: {Errno.DescribeLast()}.");
            return limit.Current;
        }
    }

    // Tmds.LibC has no resource limits. The library is named as there, so that an AOT build can bind both directly.
    [LibraryImport("libc.so.6", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, out Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Current;
        public ulong Maximum;
    }
}
