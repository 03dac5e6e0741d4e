using System.Runtime.ExceptionServices;

namespace UserNvme.Queues;

/// <summary>An action on a reactor that another thread waits for. Cold path.</summary>
internal sealed class ReactorAction(Action action) : ReactorItem
{
    private readonly ManualResetEventSlim _done = new();
    private Exception? _error;

    internal override void Run()
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            _error = e;
        }

        _done.Set();
    }

    /// <summary>Waits for the end of the action; false if the reactor did not get to it in time.</summary>
    public bool Wait(TimeSpan limit)
    {
        if (!_done.Wait(limit)) return false;
        if (_error is not null) ExceptionDispatchInfo.Throw(_error);
        return true;
    }
}
