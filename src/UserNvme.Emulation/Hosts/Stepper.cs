using System.Diagnostics;

namespace UserNvme.Emulation.Hosts;

/// <summary>
/// A thread that steps controllers, one after the other. Doorbells are stores to shared memory that wake nobody, so it looks for them: it
/// spins while there is work, yields its core when there has been none for a moment, and after that sleeps a millisecond at a time.
/// It ends with the last of its controllers. Thread-safe.
/// </summary>
internal sealed class Stepper : IDisposable
{
    private static readonly long s_spinTicks = Stopwatch.Frequency / 20_000;  // 50 us
    private static readonly long s_yieldTicks = Stopwatch.Frequency / 500;    // 2 ms
    private static readonly TimeSpan s_longestSleep = TimeSpan.FromMilliseconds(2); // A sleep of 1 ms ends within this.
    private const int Rounds = 64;       // Some microseconds where there is nothing to do.
    private const int Looks = 1000;      // At shadow doorbells, some ten microseconds.
    private const int ShortSleep = 1;    // ms; nobody wakes the thread for a doorbell.
    private const int LongSleep = 100;   // ms; a register write wakes it.

    private readonly Lock _gate = new();
    private readonly AutoResetEvent _nudge = new(false);
    private readonly Thread _thread;
    private volatile EmulatedController[] _controllers;
    private long _idleSince;

    /// <summary>Starts with one controller.</summary>
    public Stepper(EmulatedController controller)
    {
        controller.Queues.Shadows.LooksInVain = Looks;
        _controllers = [controller];
        _thread = new Thread(Run) { Name = "emulated nvme", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Steps one more controller.</summary>
    /// <exception cref="ObjectDisposedException">The last controller is gone.</exception>
    public void Add(EmulatedController controller)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_controllers.Length == 0, this);
            controller.Queues.Shadows.LooksInVain = Looks;
            _controllers = [.. _controllers, controller];
        }

        Nudge();
    }

    /// <summary>Steps a controller no more; the caller disposes it after this.</summary>
    public void Remove(EmulatedController controller)
    {
        lock (_gate)
            _controllers = [.. _controllers.Where(other => other != controller)];
        if (_controllers.Length == 0)
            Dispose();
    }

    /// <summary>Ends the thread.</summary>
    public void Dispose()
    {
        _controllers = [];
        Nudge();
        _thread.Join();
        _nudge.Dispose();
    }

    /// <summary>A register was written or something else happened that a step has to look at.</summary>
    public void Nudge() => _nudge.Set();

    private void Run()
    {
        while (_controllers is { Length: > 0 } controllers)
        {
            var worked = false;
            var visited = false;
            foreach (var controller in controllers)
            {
                if (controller.HasVisitor)
                    visited = true;
                else
                    worked |= controller.StepRepeatedly(controllers.Length == 1 ? Rounds : 1);
            }

            if (visited)
                Thread.Yield();
            else if (worked)
                _idleSince = 0; // The clock is read by who is idle.
            else
                Wait(controllers);
        }
    }

    private void Wait(EmulatedController[] controllers)
    {
        var now = Stopwatch.GetTimestamp();
        if (_idleSince == 0)
            _idleSince = now;
        var idle = now - _idleSince;
        if (idle < s_spinTicks)
            return;
        if (idle < s_yieldTicks || Array.Exists(controllers, controller => controller.IsDueWithin(s_longestSleep)))
            Thread.Yield();
        else
            _nudge.WaitOne(Array.Exists(controllers, controller => controller.IsRunning) ? ShortSleep : LongSleep);
    }
}
