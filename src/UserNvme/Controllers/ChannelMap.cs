using UserNvme.Interop;
using UserNvme.Queues;

namespace UserNvme.Controllers;

/// <summary>Which channel serves which CPU: its own core's, else the one that shares most with it, spread evenly among equals.</summary>
internal sealed class ChannelMap
{
    private readonly IoChannel[] _byCpu;
    private readonly IoChannel[] _channels;

    public static ChannelMap Empty { get; } = new([]);

    public ChannelMap(IoChannel[] channels)
    {
        _channels = channels;
        _byCpu = channels.Length == 0 ? [] : [.. Enumerable.Range(0, CpuTopology.CpuCount).Select(Choose)];
    }

    /// <summary>The channel on the reactor that the caller runs on, else the one that is nearest to the caller's CPU.</summary>
    /// <param name="current">The reactor that the caller runs on; null elsewhere.</param>
    public IoChannel OfCaller(out Reactor? current)
    {
        foreach (var channel in _channels)
        {
            var reactor = channel.Reactor;
            if (!reactor.IsCurrent) continue;
            current = reactor;
            return channel;
        }

        current = Reactor.Current;
        return Nearest();
    }

    /// <summary>The channel that is nearest to the CPU that the caller runs on now.</summary>
    public IoChannel Nearest()
    {
        if (_byCpu.Length == 0)
            throw new InvalidOperationException("The controller was opened without cores for reactors: give it some in NvmeControllerOptions.Cores, or use CreateQueuePair.");
        return _byCpu[(uint)Thread.GetCurrentProcessorId() % (uint)_byCpu.Length];
    }

    private IoChannel Choose(int cpu)
    {
        var best = _channels.Min(c => CpuTopology.Distance(cpu, c.Reactor.Core));
        var nearest = _channels.Where(c => CpuTopology.Distance(cpu, c.Reactor.Core) == best).ToArray();
        return nearest[cpu % nearest.Length];
    }
}
