using System.Runtime.CompilerServices;

namespace UserNvme.Queues;

/// <content>Code that lives on the reactor: it starts here, and comes back here after each await.</content>
public sealed partial class Reactor
{
    private readonly ReactorContext _context;
    private CancellationTokenSource _ending = new();
    private TaskCompletionSource? _workEnded;
    private volatile int _works;

    /// <inheritdoc cref="RunAsync(Func{CancellationToken, Task}, CancellationToken)"/>
    public Task RunAsync(Func<Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return RunAsync(_ => work());
    }

    /// <summary>
    /// Runs a service on this reactor to its end. It starts on the reactor's thread and continues there after each await, so that its reads and
    /// writes on block devices of controllers with this reactor are issued and answered without a change of thread and without allocation. Code
    /// after <c>ConfigureAwait(false)</c> may continue elsewhere. What it awaits of block devices continues on the reactor also where it has put a
    /// <see cref="SynchronizationContext"/> of its own in force. The rule: it must not block, wait synchronously or compute for long; while it
    /// runs, nothing on this core completes. Any number of services can live on a reactor. Any thread.
    /// </summary>
    /// <param name="work">
    /// The service. Its token is cancelled when <paramref name="cancellationToken"/> is, and when the last controller with this reactor is about to
    /// close: that waits up to 5 seconds for the service to end, and closes then. Operations after that fail with ObjectDisposedException.
    /// </param>
    /// <param name="cancellationToken">Asks the service to end; a service that has not started never does.</param>
    /// <returns>Ends as the service does: with its exception if it throws. Who awaits it continues off the reactor.</returns>
    /// <exception cref="ObjectDisposedException">No controller uses the reactor any more.</exception>
    public Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return RunAsync(
            async token =>
            {
                await work(token).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc cref="RunAsync(Func{CancellationToken, Task}, CancellationToken)"/>
    public async Task<TResult> RunAsync<TResult>(Func<CancellationToken, Task<TResult>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        var ending = BeginWork();
        try
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(ending, cancellationToken);
            await new Hop(_context);
            try
            {
                both.Token.ThrowIfCancellationRequested();
                return await work(both.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException e) when (e.CancellationToken == both.Token && cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(e.Message, e, cancellationToken);
            }
        }
        finally
        {
            EndWork();
        }
    }

    /// <summary>Whether the calling code lives on this reactor, and does not only happen to run on its thread. On the reactor.</summary>
    internal bool IsHome => _context.IsInForce;

    /// <summary>Puts the context of code that lives here in force. On the reactor.</summary>
    internal ReactorContext.Scope EnterHome() => _context.Enter();

    /// <summary>
    /// Before a controller closes. Where all others have closed or are about to: tells who lives here, and waits for them to end, but no longer
    /// than the limit. Any thread.
    /// </summary>
    internal async Task EndWorkAsync(object user, TimeSpan limit)
    {
        CancellationTokenSource ending;
        Task ended;
        lock (s_lock)
        {
            if (_users.ContainsKey(user)) _leaving.Add(user);
            if (_leaving.Count < _users.Count || _works == 0) return;
            _workEnded ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            ended = _workEnded.Task;
            ending = RenewEnding();
        }

        // A service that closes its own controller is told, and not waited for.
        var byItself = IsCurrent;
        // What services do when they are told may fail or block: neither keeps the controller from closing.
        var told = ending.CancelAsync();
        if (!byItself) await Task.WhenAny(Task.WhenAll(told, ended), Task.Delay(limit)).ConfigureAwait(false);
    }

    // What begins later is not told of what ends now: another controller may have come by then.
    private CancellationTokenSource RenewEnding()
    {
        var ending = _ending;
        _ending = new CancellationTokenSource();
        return ending;
    }

    private CancellationToken BeginWork()
    {
        lock (s_lock)
        {
            ObjectDisposedException.ThrowIf(_users.Count == 0, this);
            _works++;
            return _ending.Token;
        }
    }

    private void EndWork()
    {
        lock (s_lock)
        {
            if (--_works != 0) return;
            _workEnded?.SetResult();
            _workEnded = null;
        }

        // The thread may have been waiting for the last service.
        Wake();
    }

    // Continues on the reactor's next round, also when it is there already: RunAsync never runs its caller's service before it returns.
    private readonly struct Hop(ReactorContext home) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => false;

        public Hop GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation) => home.Post(static action => ((Action)action!)(), continuation);
    }
}
