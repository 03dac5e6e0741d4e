using UserNvme.Queues;
using UserNvme.Spec;
using UserNvme.Transports;

namespace UserNvme.Controllers;

/// <summary>
/// The admin queue pair and the line of commands before it. Owned by the controller's service thread: only <see cref="Enqueue"/> is
/// for others.
/// </summary>
internal sealed class AdminQueue
{
    private readonly string _address;
    private readonly MpscQueue<AdminRequest> _arrived = new();
    private readonly Queue<AdminRequest> _waiting = new();
    private readonly QueuePair<AdminRequest, Handler> _pair;

    public AdminQueue(QueuePairSettings settings)
    {
        _address = settings.Address;
        _pair = new QueuePair<AdminRequest, Handler>(settings, new Handler(settings.Address));
    }

    public QueuePair Pair => _pair;

    public bool IsBusy => _pair.InFlight != 0;

    /// <summary>Adds a command; the service thread must be woken. Any thread.</summary>
    public void Enqueue(AdminRequest request) => _arrived.Enqueue(request);

    public void Open(Doorbell submission, Doorbell completion) => _pair.Open(submission, completion);

    /// <summary>Handles completions and issues what waits, as far as there is room.</summary>
    public void Pump()
    {
        TakeArrived();
        while (_waiting.TryPeek(out var request))
        {
            if (request.Token.IsCancellationRequested)
                request.Cancel();
            else if (!_pair.TrySubmit(request.Command, request.Buffer, 0, request.Length, request))
                break;
            _waiting.Dequeue();
        }

        _pair.Poll();
    }

    /// <summary>Puts a command before all that wait. During bring-up, when the others have to stay in line.</summary>
    public bool TrySubmitNow(AdminRequest request) => _pair.TrySubmit(request.Command, request.Buffer, 0, request.Length, request);

    public void Poll() => _pair.Poll();

    /// <summary>Ends what is in flight without an answer. Only after the controller is proven stopped.</summary>
    public void Abandon()
    {
        _pair.Close();
        _pair.AbandonAll();
    }

    /// <summary>Fails what waits.</summary>
    public void FailWaiting(Func<Exception> reason)
    {
        TakeArrived();
        while (_waiting.TryDequeue(out var request)) request.Fail(reason());
    }

    /// <summary>The identifiers in flight whose callers have cancelled since the last call.</summary>
    public IReadOnlyList<ushort> TakeCancelled() => _pair.FindCommands(r => r.TakeCancellation());

    public override string ToString() => $"admin queue of {_address}";

    private void TakeArrived()
    {
        for (var request = _arrived.TakeAll(); request is not null; request = ((ILinked<AdminRequest>)request).Next)
            _waiting.Enqueue(request);
    }

    private readonly struct Handler(string address) : ICompletionHandler<AdminRequest>
    {
        public void OnCompletion(in CompletionEntry completion, AdminRequest state) => state.Complete(in completion);

        public void OnAbandoned(AdminRequest state) => state.Fail(new NvmeException(
            $"Admin command {(AdminOpcode)state.Command.Opcode} of {address} was not answered before the controller was stopped: whether it took effect is unknown.",
            CommandFate.Unknown)
        {
            Address = address,
            NamespaceId = new NamespaceId(state.Command.NamespaceId),
            Opcode = state.Command.Opcode,
        });
    }
}
