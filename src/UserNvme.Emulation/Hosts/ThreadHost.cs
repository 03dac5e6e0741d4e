using System.Diagnostics;
using UserNvme.Transports;

namespace UserNvme.Emulation.Hosts;

/// <summary>
/// Steps the controller on a thread of its own. Doorbells are stores to shared memory that wake nobody, so it looks for them: it spins while
/// there is work, yields its core when there has been none for a moment, and after that sleeps a millisecond at a time.
/// </summary>
internal sealed unsafe class ThreadHost : IControllerHost
{
    private static readonly long s_spinTicks = Stopwatch.Frequency / 20_000;  // 50 us
    private static readonly long s_yieldTicks = Stopwatch.Frequency / 500;    // 2 ms
    private static readonly TimeSpan s_longestSleep = TimeSpan.FromMilliseconds(2); // A sleep of 1 ms ends within this.
    private const int ShortSleep = 1;    // ms; nobody wakes the thread for a doorbell.
    private const int LongSleep = 100;   // ms; a register write wakes it.
    private readonly EmulatedController _controller;
    private readonly AutoResetEvent _nudge = new(false);
    private readonly Thread _thread;
    private volatile bool _stop;

    public ThreadHost(EmulatedController controller)
    {
        _controller = controller;
        _thread = new Thread(Run) { Name = "emulated nvme", IsBackground = true };
        _thread.Start();
    }

    public Doorbell? GetDoorbell(int offset)
    {
        var register = _controller.DoorbellRegister(offset);
        return register != null ? new Doorbell(register) : null;
    }

    public void Nudge() => _nudge.Set();

    public void Dispose()
    {
        _stop = true;
        _nudge.Set();
        _thread.Join();
        _nudge.Dispose();
    }

    private void Run()
    {
        var idleSince = Stopwatch.GetTimestamp();
        while (!_stop)
        {
            if (_controller.HasVisitor)
            {
                Thread.Yield();
                continue;
            }

            if (_controller.Step())
            {
                idleSince = Stopwatch.GetTimestamp();
                continue;
            }

            Wait(Stopwatch.GetTimestamp() - idleSince);
        }
    }

    private void Wait(long idleTicks)
    {
        if (idleTicks < s_spinTicks)
            Thread.SpinWait(10);
        else if (idleTicks < s_yieldTicks || _controller.IsDueWithin(s_longestSleep))
            Thread.Yield();
        else
            _nudge.WaitOne(_controller.IsRunning ? ShortSleep : LongSleep);
    }
}
