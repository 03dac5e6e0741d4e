using UserNvme.Spec;

namespace UserNvme.Emulation;

/// <summary>One fault of a script: which commands, and what happens to them. Thread-safe.</summary>
public sealed class FaultRule
{
    private readonly FaultScript _script;
    private int _seen;
    private volatile int _hits;

    internal FaultRule(FaultScript script, CommandMatch match, FaultAction action)
    {
        _script = script;
        Match = match;
        Action = action;
    }

    /// <summary>Which commands.</summary>
    public CommandMatch Match { get; }

    /// <summary>What happens to them.</summary>
    public FaultAction Action { get; }

    /// <summary>How many commands were hit so far.</summary>
    public int Hits => _hits;

    /// <summary>Ends the fault; commands that are held stay so.</summary>
    public void Remove() => _script.Remove(this);

    // Called within a step only.
    internal bool Takes(ushort queueId, in SubmissionEntry entry)
    {
        if (_hits >= Match.Count || !Match.Covers(queueId, entry)) return false;
        if (_seen++ < Match.Skip) return false;
        _hits++;
        return true;
    }
}
