using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;
using UserNvme.Queues;

namespace UserNvme.Block;

/// <summary>
/// What the caller of an operation awaits, one life after the other. As <see cref="ManualResetValueTaskSourceCore{TResult}"/>, which does
/// what is rare here, but without an interlocked operation where an operation is awaited and ends on one reactor. Has no base class: each
/// await asks twice whether this is a Task, and that goes through all bases.
/// </summary>
internal sealed class BlockTask : IValueTaskSource
{
    private static readonly Action<object?> s_ended = static _ => { };
    private static readonly Action<object?> s_continueInContext = static task => ((BlockTask)task!)._inContext.SetResult(true);

    private readonly BlockRequest _request;
    private volatile Action<object?>? _continuation;
    private object? _state;
    private Exception? _error;
    private short _version;
    private volatile bool _hasEnded;
    private bool _onPool;
    private bool _usesContext;
    private ManualResetValueTaskSourceCore<bool> _inContext;

    public BlockTask(BlockRequest request) => _request = request;

    /// <summary>The life that a task of this is for.</summary>
    public short Version => _version;

    /// <summary>Lets the caller continue on this thread, if it waits; unless it has to continue elsewhere.</summary>
    /// <param name="error">What went wrong; null if nothing did.</param>
    public void End(Exception? error)
    {
        _error = error;
        _hasEnded = true;
        var continuation = _continuation ?? Interlocked.CompareExchange(ref _continuation, s_ended, null);
        if (continuation is null) return;
        if (_onPool)
            ThreadPool.UnsafeQueueUserWorkItem(continuation, _state, preferLocal: true);
        else
            continuation(_state);
    }

    public ValueTaskSourceStatus GetStatus(short token)
    {
        if (token != _version) ThrowUsedTwice();
        // Not before End is done with this life.
        if (_continuation is null || !_hasEnded) return ValueTaskSourceStatus.Pending;
        return _error switch
        {
            null => ValueTaskSourceStatus.Succeeded,
            OperationCanceledException => ValueTaskSourceStatus.Canceled,
            _ => ValueTaskSourceStatus.Faulted,
        };
    }

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        // Before anything is stored: the first one's state is in use.
        if (token != _version || (_continuation is { } first && !ReferenceEquals(first, s_ended))) ThrowUsedTwice();
        var endsHere = _request.EndsAt is { IsCurrent: true };
        // Who awaits at home continues in the call that ends the operation, without the context, whose use would allocate; who awaits it elsewhere
        // must not come to run on a polling thread.
        if (_request.IsAtHome && endsHere)
            flags &= ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext;
        else
            _onPool = _request.IsAtHome;
        if (flags != ValueTaskSourceOnCompletedFlags.None && NeedsContext(flags))
        {
            _usesContext = true;
            _inContext.RunContinuationsAsynchronously = _onPool;
            _inContext.OnCompleted(continuation, state, _inContext.Version, flags);
            _onPool = false;
            (continuation, state) = (s_continueInContext, this);
        }

        _state = state;
        // What ends on this thread cannot end meanwhile.
        if (endsHere && _continuation is null)
        {
            _continuation = continuation;
            return;
        }

        var before = Interlocked.CompareExchange(ref _continuation, continuation, null);
        if (before is null) return;
        if (!ReferenceEquals(before, s_ended)) ThrowUsedTwice();
        ThreadPool.UnsafeQueueUserWorkItem(continuation, state, preferLocal: true);
    }

    public void GetResult(short token)
    {
        // A stale token must not touch the life of somebody else.
        if (token != _version) ThrowUsedTwice();
        // Asked too early, the request is still the device's: it must not go back to the pool.
        if (_continuation is null || !_hasEnded) ThrowNotEnded();
        var error = _error;
        Renew();
        _request.ReturnUnused();
        if (error is not null) ExceptionDispatchInfo.Throw(error);
    }

    private void Renew()
    {
        _version++;
        _hasEnded = false;
        _continuation = null;
        _state = null;
        _error = null;
        _onPool = false;
        if (!_usesContext) return;
        _usesContext = false;
        _inContext.Reset();
    }

    private static bool NeedsContext(ValueTaskSourceOnCompletedFlags flags) =>
        (flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0
        || (SynchronizationContext.Current is { } context && context.GetType() != typeof(SynchronizationContext))
        || TaskScheduler.Current != TaskScheduler.Default;

    private static void ThrowUsedTwice() => throw new InvalidOperationException("The operation was awaited already: await what an operation returns once.");

    private static void ThrowNotEnded() => throw new InvalidOperationException("The operation is not finished: await it, or use AsTask() to wait for it.");
}
