using System.Diagnostics;

namespace UserNvme.Queues;

/// <content>What the thread does while there is nothing to do: spin, pause, yield, sleep, in this order and no longer than is worth it.</content>
public sealed partial class Reactor
{
    private const int RoundsBeforeWaiting = 256;

    // An interrupt that is lost costs this much and no more.
    private const int LongestSleepMilliseconds = 100;

    // A completion is written before its interrupt is sent, and who sends it may have been interrupted between the two.
    private const int LatestInterruptMilliseconds = 20;

    // Who has not been tired for so long is busy, and interrupts would only disturb.
    private const int BusyMilliseconds = 20;

    private WaitHistory _commandWaits;
    private WaitHistory _itemWaits;
    private long _waitStart;
    private long _nextLook;
    private long _lastTired;
    private bool _isWaiting;
    private bool _waitsForCommands;

    /// <summary>Whether the thread sleeps.</summary>
    internal bool IsAsleep => _sleeping != 0;

    /// <returns>Whether there was something to do after all.</returns>
    private bool Wait()
    {
        var now = Stopwatch.GetTimestamp();
        if (!_isWaiting)
        {
            _isWaiting = true;
            _waitsForCommands = _polledCount != 0;
            _waitStart = now;
        }

        ref var history = ref _waitsForCommands ? ref _commandWaits : ref _itemWaits;
        var waited = now - _waitStart;
        if (waited < history.Spin)
        {
            Thread.SpinWait(1);
            return false;
        }

        // Rounds are long from here on.
        ReadClock();
        if (waited >= history.Awake && IsReadyToSleep()) return Sleep();
        // Somebody else may be what the device waits for, such as the emulated controller's thread on the same core.
        Thread.Yield();
        return false;
    }

    private void EndWait()
    {
        if (!_isWaiting) return;
        _isWaiting = false;
        var waited = Stopwatch.GetTimestamp() - _waitStart;
        if (_waitsForCommands)
            _commandWaits.Add(waited);
        else
            _itemWaits.Add(waited);
    }

    // Whether a completion of each channel that is polled would end the sleep.
    private bool IsReadyToSleep()
    {
        for (var i = 0; i < _polledCount; i++)
        {
            if (!_polled[i].MaySleep) return false;
        }

        _lastTired = Environment.TickCount64;
        var ready = true;
        for (var i = 0; i < _polledCount; i++) ready &= _polled[i].IsReadyToSleep();
        return ready;
    }

    private bool Sleep()
    {
        // What completed before its interrupt was attached is seen here; what completes from now on ends the sleep.
        if (PollChannels() != 0)
        {
            EndWait();
            return true;
        }

        // Nothing is left that the device has to hear of.
        for (var i = 0; i < _polledCount; i++) _polled[i].Pair.Ring();
        Interlocked.Exchange(ref _sleeping, 1);
        var withCommands = _polledCount != 0;
        var signalled = true;
        // Whoever enqueues after this look sees the flag and wakes.
        if (_items.IsEmpty && !IsOver)
            signalled = _sleep.Wait(withCommands ? (int)Math.Clamp(_nextLook - Environment.TickCount64, 1, LongestSleepMilliseconds) : -1);
        Interlocked.Exchange(ref _sleeping, 0);
        return !signalled && LookForLostInterrupts();
    }

    // The time was over before an interrupt came. Nothing should have completed.
    private bool LookForLostInterrupts()
    {
        var found = false;
        for (var i = _polledCount - 1; i >= 0; i--)
        {
            var channel = _polled[i];
            if (Poll(channel) == 0) continue;
            EndWait();
            found = true;
            if (channel.Interrupt is { } interrupt && !_sleep.Wait(LatestInterruptMilliseconds)) interrupt.Lost();
        }

        return found;
    }

    private void Wake()
    {
        if (_sleeping != 0 && Interlocked.Exchange(ref _sleeping, 0) != 0) _sleep.Wake();
    }
}
