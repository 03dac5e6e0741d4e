using UserNvme.Spec;

namespace UserNvme.Emulation;

/// <summary>
/// How an emulated controller misbehaves. Nothing is wrong until told so; what is told holds from the next command or register write on.
/// Thread-safe.
/// </summary>
public sealed class FaultScript
{
    private readonly Lock _lock = new();
    private readonly EmulatedController _controller;
    private volatile FaultRule[] _rules = [];
    private volatile StuckReady _ready;
    private volatile bool _shutdownNeverCompletes;
    private volatile bool _resetFails;
    private volatile bool _abortIgnored;
    private volatile Func<ushort, ushort>? _queueCountReply;
    private volatile IdentifyChange? _identifyChange;

    internal FaultScript(EmulatedController controller) => _controller = controller;

    /// <summary>Changes the 4,096 bytes of an Identify answer before the host gets them.</summary>
    /// <param name="cns">Controller or Namespace Structure: which structure it is.</param>
    /// <param name="namespaceId">The namespace asked for.</param>
    /// <param name="data">The bytes.</param>
    public delegate void IdentifyChange(byte cns, NamespaceId namespaceId, Span<byte> data);

    /// <summary>What CSTS.RDY is stuck at.</summary>
    public StuckReady Ready
    {
        get => _ready;
        set => Set(() => _ready = value);
    }

    /// <summary>CSTS.SHST never says that a shutdown is complete.</summary>
    public bool ShutdownNeverCompletes
    {
        get => _shutdownNeverCompletes;
        set => Set(() => _shutdownNeverCompletes = value);
    }

    /// <summary>A function reset fails with an exception and changes nothing.</summary>
    public bool ResetFails
    {
        get => _resetFails;
        set => _resetFails = value;
    }

    /// <summary>Abort commands complete with "not aborted" and abort nothing.</summary>
    public bool AbortIgnored
    {
        get => _abortIgnored;
        set => _abortIgnored = value;
    }

    /// <summary>Changes the number of queues that Set Features (Number of Queues) answers with, 1-based; what can be created stays as it is.</summary>
    public Func<ushort, ushort>? QueueCountReply
    {
        get => _queueCountReply;
        set => _queueCountReply = value;
    }

    /// <summary>Lies in Identify answers.</summary>
    public IdentifyChange? Identify
    {
        get => _identifyChange;
        set => _identifyChange = value;
    }

    /// <summary>The faults on commands that are in the script, the first that takes a command wins.</summary>
    public IReadOnlyList<FaultRule> Rules => _rules;

    /// <summary>How many commands are held now.</summary>
    public int HeldCount => _controller.HeldCount;

    internal bool HasRules => _rules.Length != 0;

    /// <summary>Adds a fault on commands.</summary>
    public FaultRule Add(CommandMatch match, FaultAction action)
    {
        ArgumentNullException.ThrowIfNull(match);
        ArgumentNullException.ThrowIfNull(action);
        var rule = new FaultRule(this, match, action);
        lock (_lock)
            _rules = [.. _rules, rule];
        return rule;
    }

    /// <summary>Ends all faults on commands and sets all else to normal; commands that are held stay so.</summary>
    public void Clear()
    {
        lock (_lock)
            _rules = [];
        Ready = StuckReady.No;
        ShutdownNeverCompletes = ResetFails = AbortIgnored = false;
        QueueCountReply = null;
        Identify = null;
    }

    /// <summary>Lets commands that are held complete with the next step, the oldest first.</summary>
    /// <param name="count">How many.</param>
    public void Release(int count = int.MaxValue) => _controller.Release(count);

    /// <summary>Sets CSTS.CFS now.</summary>
    public void SetFatalStatus() => _controller.FailNow();

    /// <summary>Takes the device from the bus now: all registers read all-ones.</summary>
    /// <param name="announce">Whether the transport's removal notice is given.</param>
    public void RemoveDevice(bool announce = false) => _controller.RemoveNow(announce);

    /// <summary>Takes the power away and gives it back: the controller is disabled, and where <see cref="EmulatedControllerOptions.VolatileWriteCache"/> is true unflushed writes to namespaces in memory are lost.</summary>
    public void LosePower() => _controller.LosePowerNow();

    internal FaultAction? Match(ushort queueId, in SubmissionEntry entry)
    {
        foreach (var rule in _rules)
        {
            if (rule.Takes(queueId, entry))
                return rule.Action;
        }

        return null;
    }

    internal void Remove(FaultRule rule)
    {
        lock (_lock)
            _rules = [.. _rules.Where(r => r != rule)];
    }

    private void Set(Action change)
    {
        change();
        _controller.Reconsider();
    }
}
