using UserNvme.Spec;

namespace UserNvme.Emulation.AdminCommands;

/// <summary>
/// Asynchronous Event Request (NVMe Base 2.0, 5.2): events wait for requests and requests for events; an event of a type is told once,
/// until the host reads the log page that clears it.
/// </summary>
internal sealed class AsyncEvents(EmulatedController controller)
{
    /// <summary>Event type: an error.</summary>
    public const byte TypeError = 0;

    /// <summary>Event type: SMART and health.</summary>
    public const byte TypeHealth = 1;

    /// <summary>Event type: notice.</summary>
    public const byte TypeNotice = 2;

    private readonly Queue<ushort> _requests = new();
    private readonly Queue<uint> _events = new();
    private int _maskedTypes;

    /// <summary>Requests that wait for an event.</summary>
    public int Outstanding => _requests.Count;

    /// <summary>Whether there is an event and a request for it.</summary>
    public bool CanTell => _events.Count != 0 && _requests.Count != 0;

    /// <summary>Takes a request.</summary>
    public AdminResult Request(in SubmissionEntry entry)
    {
        if (_requests.Count >= controller.Options.AsyncEventRequests) return DeviceStatus.AsyncEventLimitExceeded;
        _requests.Enqueue(entry.CommandId);
        return AdminResult.Pending;
    }

    /// <summary>Something happened; it is told unless one of its type was and was not looked at since.</summary>
    public void Raise(byte type, byte information, byte logPage)
    {
        if ((_maskedTypes & (1 << type)) != 0) return;
        _maskedTypes |= 1 << type;
        _events.Enqueue(type | ((uint)information << 8) | ((uint)logPage << 16));
    }

    /// <summary>The host read a log page and did not ask to retain its event.</summary>
    public void Unmask(byte type) => _maskedTypes &= ~(1 << type);

    /// <summary>Brings the next event and the next request together.</summary>
    public bool TryTake(out ushort commandId, out uint result)
    {
        commandId = 0;
        result = 0;
        if (!CanTell) return false;
        commandId = _requests.Dequeue();
        result = _events.Dequeue();
        return true;
    }

    /// <summary>Aborts a waiting request.</summary>
    public bool Abort(ushort commandId)
    {
        if (!_requests.Contains(commandId)) return false;
        for (var i = _requests.Count; i > 0; i--)
        {
            var request = _requests.Dequeue();
            if (request == commandId)
                controller.Engine.CompleteAdmin(commandId, DeviceStatus.AbortRequested);
            else
                _requests.Enqueue(request);
        }

        return true;
    }

    /// <summary>Forgets requests and events.</summary>
    public void Reset()
    {
        _requests.Clear();
        _events.Clear();
        _maskedTypes = 0;
    }
}
