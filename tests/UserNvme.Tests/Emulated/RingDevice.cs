using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;
using UserNvme.Transports;

namespace UserNvme.Tests.Emulated;

/// <summary>
/// The device's end of one queue pair, as the test wants it: it learns of commands by the doorbell alone, completes one when told to, and
/// sees whether its completion queue could ever fill.
/// </summary>
internal sealed unsafe class RingDevice : IDoorbellSink, IDmaDomain, IQueuePairMonitor
{
    private const int SubmissionDoorbell = 0;
    private const int CompletionDoorbell = 4;

    private readonly List<(ulong Iova, nint Address, ulong Length)> _mappings = [];
    private readonly List<ushort> _fetched = [];
    private SubmissionEntry* _submissions;
    private CompletionEntry* _completions;
    private uint _entries;
    private uint _head;
    private uint _tail;
    private uint _phase = 1;
    private uint _hostHead;

    public int Outstanding => _fetched.Count;

    public int Posted { get; private set; }

    public int MostPlacesNeeded { get; private set; }

    public int SubmissionRings { get; private set; }

    public int CompletionRings { get; private set; }

    public string Name => "a device of rings";

    public IReadOnlyList<IovaRange> AllowedRanges { get; } = [new IovaRange(1UL << 20, (1UL << 39) - 1)];

    public ulong PageSizes => ulong.MaxValue << 12;

    public long MappingsAvailable => long.MaxValue;

    public QueuePair<int, THandler> Open<THandler>(DmaHeap heap, DmaSpace space, int depth, THandler handler)
        where THandler : struct, ICompletionHandler<int>
    {
        var pair = new QueuePair<int, THandler>(
            new QueuePairSettings
            {
                Id = new QueueId(1),
                Entries = depth + 1,
                PageSize = 4096,
                MaxTransferBytes = 64 << 10,
                CommandTimeout = TimeSpan.FromSeconds(30),
                Heap = heap,
                Space = space,
                Monitor = this,
                Address = Name,
            },
            handler);
        _entries = (uint)depth + 1;
        _submissions = (SubmissionEntry*)AddressOf(pair.SubmissionRing);
        _completions = (CompletionEntry*)AddressOf(pair.CompletionRing);
        pair.Open(new Doorbell(this, SubmissionDoorbell), new Doorbell(this, CompletionDoorbell));
        return pair;
    }

    /// <summary>Completes one of the fetched commands.</summary>
    public void Complete(int which)
    {
        Posted++;
        var entry = _completions + _tail;
        entry->Result = 0;
        entry->SubmissionQueueHead = (ushort)_head;
        entry->SubmissionQueueId = 1;
        ((uint*)entry)[3] = _fetched[which] | (_phase << 16);
        _fetched.RemoveAt(which);
        if (++_tail != _entries) return;
        _tail = 0;
        _phase ^= 1;
    }

    public void Ring(int offset, uint value)
    {
        if (offset == CompletionDoorbell)
        {
            CompletionRings++;
            _hostHead = value;
            return;
        }

        SubmissionRings++;
        for (; _head != value; _head = (_head + 1) % _entries) _fetched.Add(_submissions[_head].CommandId);
        var notTakenBack = (int)((_tail + _entries - _hostHead) % _entries);
        MostPlacesNeeded = Math.Max(MostPlacesNeeded, notTakenBack + _fetched.Count);
    }

    public void Map(DmaRegion region, Iova iova) => _mappings.Add((iova.Value, region.Address, region.Length));

    public void Unmap(DmaRegion region, Iova iova) => _mappings.RemoveAll(m => m.Iova == iova.Value);

    public void OnTimeout(QueueId queue, ushort commandId) => Assert.Fail("A command timed out.");

    public void OnForeignCompletion(QueueId queue, in CompletionEntry completion) => Assert.Fail("A completion was foreign.");

    private nint AddressOf(Iova iova)
    {
        var mapping = _mappings.Single(m => iova.Value >= m.Iova && iova.Value - m.Iova < m.Length);
        return mapping.Address + (nint)(iova.Value - mapping.Iova);
    }
}
