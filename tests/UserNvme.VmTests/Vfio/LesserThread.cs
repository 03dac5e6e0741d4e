using System.Runtime.ExceptionServices;
using Tmds.Linux;

namespace UserNvme.VmTests.Vfio;

/// <summary>
/// Runs code on a thread of its own that has given up rights. The kernel keeps rights per thread (libc's wrappers hide that), so the rest
/// of the test process stays root.
/// </summary>
internal static unsafe class LesserThread
{
    private const int SysCapget = 125;
    private const int SysCapset = 126;
    private const int SysSetresuid = 117;
    private const uint CapabilityVersion3 = 0x2008_0522;
    private const int CapIpcLock = 14;
    private const uint Nobody = 65534;

    /// <summary>Runs it as another user.</summary>
    public static void RunAsNobody(Action action) => Run(action, () => Assert.Equal(0, (long)LibC.syscall(SysSetresuid, Nobody, Nobody, Nobody)));

    /// <summary>Runs it with the memlock limit in force, which does not count for root.</summary>
    public static void RunWithMemlockLimit(Action action) => Run(action, DropIpcLock);

    private static void DropIpcLock()
    {
        var header = stackalloc uint[2] { CapabilityVersion3, 0 };
        var sets = stackalloc uint[6]; // effective, permitted, inheritable; twice 32 capabilities
        Assert.Equal(0, (long)LibC.syscall(SysCapget, header, sets));
        sets[0] &= ~(1u << CapIpcLock);
        Assert.Equal(0, (long)LibC.syscall(SysCapset, header, sets));
    }

    private static void Run(Action action, Action giveUp)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                giveUp();
                action();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }
}
