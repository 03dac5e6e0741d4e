namespace UserNvme.Queues;

/// <summary>
/// Brings code that lives on a reactor home after it awaited something foreign, such as a timer or a socket. In force only while such
/// code runs; what this library completes comes home without it.
/// </summary>
internal sealed class ReactorContext(Reactor reactor) : SynchronizationContext
{
    /// <summary>
    /// Whether the code that runs was started or continued here, also where it has put another context in force since. Asking for
    /// <see cref="SynchronizationContext.Current"/> would be a call into the runtime. On the reactor.
    /// </summary>
    public bool IsInForce { get; private set; }

    public override void Post(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        reactor.Post(new Callback(this, d, state));
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("A reactor is never waited for: use Reactor.RunAsync and await it.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Puts the context in force until the scope is disposed. On the reactor.</summary>
    public Scope Enter() => new(this);

    internal readonly ref struct Scope
    {
        private readonly ReactorContext _context;
        private readonly SynchronizationContext? _before;
        private readonly bool _wasInForce;

        public Scope(ReactorContext context)
        {
            _context = context;
            _before = Current;
            _wasInForce = context.IsInForce;
            context.IsInForce = true;
            SetSynchronizationContext(context);
        }

        public void Dispose()
        {
            _context.IsInForce = _wasInForce;
            SetSynchronizationContext(_before);
        }
    }

    private sealed class Callback(ReactorContext context, SendOrPostCallback callback, object? state) : ReactorItem
    {
        internal override void Run()
        {
            using var home = context.Enter();
            callback(state);
        }
    }
}
