using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;
using UserNvme.Transports;

namespace UserNvme.Benchmarks;

/// <summary>
/// The other end of one queue pair that completes every command while its doorbell is rung, and moves no data: what is left to measure is
/// the driver. Not a controller: see UserNvme.Emulation for one.
/// </summary>
internal sealed unsafe class InstantDevice : IDmaDomain, IDoorbellSink
{
    private const int SubmissionDoorbell = 0;
    private const int CompletionDoorbell = 4;
    private const int PhaseBit = 16;

    private readonly List<(ulong Iova, nint Address, ulong Length)> _mappings = [];
    private SubmissionEntry* _submissions;
    private CompletionEntry* _completions;
    private uint _entries;
    private uint _head;
    private uint _tail;
    private uint _phase;
    private ushort _queue;

    public string Name => "an instant device";

    public IReadOnlyList<IovaRange> AllowedRanges { get; } = [new IovaRange(1UL << 20, (1UL << 39) - 1)];

    public ulong PageSizes => ulong.MaxValue << 12;

    public long MappingsAvailable => long.MaxValue;

    /// <summary>Opens a queue pair whose commands this device completes.</summary>
    public void Open(QueuePair pair)
    {
        _entries = (uint)pair.Settings.Entries;
        _queue = pair.Id.Value;
        _submissions = (SubmissionEntry*)AddressOf(pair.SubmissionRing);
        _completions = (CompletionEntry*)AddressOf(pair.CompletionRing);
        _head = _tail = 0;
        _phase = 1;
        pair.Open(new Doorbell(this, SubmissionDoorbell), new Doorbell(this, CompletionDoorbell));
    }

    public void Ring(int offset, uint value)
    {
        if (offset != SubmissionDoorbell) return;
        while (_head != value)
        {
            var command = _submissions[_head].CommandId;
            if (++_head == _entries) _head = 0;
            var entry = (uint*)(_completions + _tail);
            entry[0] = 0;
            entry[1] = 0;
            entry[2] = _head | ((uint)_queue << 16);
            entry[3] = command | (_phase << PhaseBit);
            if (++_tail != _entries) continue;
            _tail = 0;
            _phase ^= 1;
        }
    }

    public void Map(DmaRegion region, Iova iova) => _mappings.Add((iova.Value, region.Address, region.Length));

    public void Unmap(DmaRegion region, Iova iova) => _mappings.RemoveAll(m => m.Iova == iova.Value);

    private nint AddressOf(Iova iova)
    {
        var mapping = _mappings.Single(m => iova.Value >= m.Iova && iova.Value - m.Iova < m.Length);
        return mapping.Address + (nint)(iova.Value - mapping.Iova);
    }
}
