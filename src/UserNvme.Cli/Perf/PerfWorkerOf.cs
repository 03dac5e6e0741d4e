using System.Runtime.CompilerServices;
using UserNvme.Cli.Perf.Work;

namespace UserNvme.Cli.Perf;

/// <summary>The other half of a worker: its loop, compiled for one kind of loads.</summary>
internal sealed class PerfWorker<TWork, TPace> : PerfWorker
    where TWork : struct, IPerfWork<TWork>
    where TPace : struct, IPace<TPace>
{
    private const int StepsUntilYield = 16384;
    private const int StepsBetweenLooks = 256;

    private readonly PerfSettings _settings;
    private readonly IReadOnlyList<PerfTarget> _targets;
    private readonly int _index;
    private readonly PerfAlarm _alarm;
    private volatile PerfLoad<TWork, TPace>[] _loads = [];
    private int _emptySteps;

    public PerfWorker(PerfSettings settings, IReadOnlyList<PerfTarget> targets, int index, PerfAlarm alarm)
        : base(settings, settings.Cores[index])
    {
        _settings = settings;
        _targets = targets;
        _index = index;
        _alarm = alarm;
    }

    public override IReadOnlyList<PerfLoad> Loads => _loads;

    protected override void CreateLoads()
    {
        var loads = new List<PerfLoad<TWork, TPace>>();
        try
        {
            for (var target = 0; target < _targets.Count; target++)
            {
                for (var pair = 0; pair < _settings.QueuePairs; pair++)
                    loads.Add(new PerfLoad<TWork, TPace>(_targets[target], _settings, Share(target, pair), _alarm));
            }
        }
        finally
        {
            _loads = [.. loads];
        }
    }

    protected override void Work()
    {
        try
        {
            RunPhases();
        }
        catch (NvmeException e) when (e.Fate == CommandFate.NotSubmitted)
        {
            // A pair was closed between the look at it and a submission: what was in flight has yet to end, and tells more.
            foreach (var load in _loads)
                load.EndMeasuring();
            Drain();
            SignalMeasured();
            if (_loads.All(load => load.FirstError is null))
                throw;
        }
    }

    private void RunPhases()
    {
        PollDuring(PerfPhase.WarmUp);
        foreach (var load in _loads)
            load.BeginMeasuring();
        PollDuring(PerfPhase.Measure);
        foreach (var load in _loads)
            load.EndMeasuring();
        Drain();
        SignalMeasured();
        if (_settings.Verify && !_alarm.IsRaised && Phase != PerfPhase.Stop)
            ReadBack();
    }

    private void PollDuring(PerfPhase phase)
    {
        while (Phase == phase && Step())
        {
        }
    }

    // Bounded: a command that is not answered in its time leads to a reset, which ends all of them.
    private void Drain()
    {
        while (!AllOver())
            Step();
    }

    private void ReadBack()
    {
        foreach (var load in _loads)
            load.BeginReadBack();
        while (Phase != PerfPhase.Stop && Step())
        {
        }

        foreach (var load in _loads)
            load.Stop();
        Drain();
    }

    // False when all is over.
    private bool Step()
    {
        var handled = 0;
        foreach (var load in _loads)
            handled += load.Step();
        if (handled != 0)
        {
            _emptySteps = 0;
            return true;
        }

        return ++_emptySteps % StepsBetweenLooks != 0 || LookAround();
    }

    // Over 100 us without a completion: either the device is slow, and a yield costs nothing, or it is an emulated one that waits for
    // this very core.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool LookAround()
    {
        if (_emptySteps >= StepsUntilYield)
        {
            _emptySteps -= StepsBetweenLooks;
            Thread.Yield();
        }

        return !AllOver();
    }

    private bool AllOver()
    {
        foreach (var load in _loads)
        {
            if (!load.IsOver)
                return false;
        }

        return true;
    }

    private LoadShare Share(int target, int pair)
    {
        var perTarget = _settings.Cores.Count * _settings.QueuePairs;
        var ordinal = (_index * _settings.QueuePairs) + pair;
        return new LoadShare(Core, ordinal, perTarget, pair, (target * perTarget) + ordinal, _targets.Count * perTarget);
    }
}
