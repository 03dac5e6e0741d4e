using UserNvme.Spec;

namespace UserNvme.Emulation.Queues;

/// <summary>
/// Commands that were fetched and wait for their time, or are held by a fault. Places are used again, so nothing is allocated once there
/// are enough of them.
/// </summary>
internal sealed class DelayedCommands
{
    private readonly PriorityQueue<int, (long Time, long Sequence)> _due = new();
    private readonly Stack<int> _free = new();
    private DelayedCommand[] _places = [];
    private long _sequence;

    /// <summary>How many are held by a fault.</summary>
    public int HeldCount { get; private set; }

    /// <summary>Whether any waits for its time.</summary>
    public bool AnyTimed => _due.Count != 0;

    /// <summary>The time at which the next one is due; <see cref="long.MaxValue"/> for none.</summary>
    public long NextTime => _due.TryPeek(out _, out var priority) ? priority.Time : long.MaxValue;

    /// <summary>Keeps a command until a time.</summary>
    public void Add(DeviceSubmissionQueue queue, in SubmissionEntry entry, long time)
    {
        var place = TakePlace(queue, entry, isHeld: false);
        _due.Enqueue(place, (time, _places[place].Sequence));
    }

    /// <summary>Keeps a command until it is released.</summary>
    public void Hold(DeviceSubmissionQueue queue, in SubmissionEntry entry)
    {
        TakePlace(queue, entry, isHeld: true);
        HeldCount++;
    }

    /// <summary>Takes out the next command whose time has come.</summary>
    public bool TryTakeDue(long now, out DelayedCommand command)
    {
        while (_due.TryPeek(out var place, out var priority) && priority.Time <= now)
        {
            _due.Dequeue();
            command = _places[place];
            if (command.Queue is null || command.Sequence != priority.Sequence)
                continue; // It was aborted meanwhile.
            FreePlace(place);
            return true;
        }

        command = default;
        return false;
    }

    /// <summary>Makes held commands due at once, the oldest first.</summary>
    public void Release(int count)
    {
        while (count-- > 0 && HeldCount > 0)
        {
            var oldest = -1;
            for (var i = 0; i < _places.Length; i++)
            {
                if (_places[i] is { Queue: not null, IsHeld: true } && (oldest < 0 || _places[i].Sequence < _places[oldest].Sequence))
                    oldest = i;
            }

            _places[oldest].IsHeld = false;
            HeldCount--;
            _due.Enqueue(oldest, (long.MinValue, _places[oldest].Sequence));
        }
    }

    /// <summary>Takes out the command with an identifier.</summary>
    public bool TryRemove(ushort queueId, ushort commandId, out DelayedCommand command)
    {
        for (var i = 0; i < _places.Length; i++)
        {
            command = _places[i];
            if (command.Queue?.Id != queueId || command.Entry.CommandId != commandId) continue;
            FreePlace(i);
            return true;
        }

        command = default;
        return false;
    }

    /// <summary>Takes out any command of a queue.</summary>
    public bool TryRemoveAny(DeviceSubmissionQueue queue, out DelayedCommand command)
    {
        for (var i = 0; i < _places.Length; i++)
        {
            command = _places[i];
            if (command.Queue != queue) continue;
            FreePlace(i);
            return true;
        }

        command = default;
        return false;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _due.Clear();
        _free.Clear();
        HeldCount = 0;
        Array.Clear(_places);
        for (var i = _places.Length - 1; i >= 0; i--)
            _free.Push(i);
    }

    private int TakePlace(DeviceSubmissionQueue queue, in SubmissionEntry entry, bool isHeld)
    {
        if (!_free.TryPop(out var place))
        {
            place = _places.Length;
            Array.Resize(ref _places, Math.Max(64, place * 2));
            for (var i = _places.Length - 1; i > place; i--)
                _free.Push(i);
        }

        _places[place] = new DelayedCommand { Queue = queue, Entry = entry, Sequence = _sequence++, IsHeld = isHeld };
        return place;
    }

    private void FreePlace(int place)
    {
        if (_places[place].IsHeld)
            HeldCount--;
        _places[place] = default;
        _free.Push(place);
    }
}
