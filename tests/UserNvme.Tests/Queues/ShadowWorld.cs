using System.Runtime.InteropServices;
using UserNvme.Queues;
using UserNvme.Transports;

namespace UserNvme.Tests.Queues;

/// <summary>
/// The driver's own doorbell and the slowest and plainest controller that uses shadows, one step at a time in any order: the driver stores or decides,
/// the controller loads or stores one word, a register write arrives, a store leaves the store buffer (at once with a barrier).
/// </summary>
internal sealed unsafe class ShadowWorld : IDoorbellSink, IDisposable
{
    private readonly uint* _words = (uint*)NativeMemory.AllocZeroed(2, sizeof(uint));
    private readonly Queue<uint> _onTheWay = new();
    private readonly IReadOnlyList<int> _lengths;
    private readonly uint _size;
    private readonly bool _hasBarrier;
    private QueueDoorbell _driver;
    private uint _tail;
    private uint _before;
    private bool _isStored;
    private uint? _storeBuffer;
    private int _rings;
    private Device _device = Device.Asleep;
    private uint _known;
    private bool _isRung;

    public ShadowWorld(uint size, uint start, bool hasBarrier, IReadOnlyList<int> lengths)
    {
        (_size, _hasBarrier, _lengths) = (size, hasBarrier, lengths);
        _driver.Reset(new Doorbell(this, 0).WithShadow(_words, sizeof(uint)));
        // As it is when both sides have come that far and nothing is going on.
        _driver.StoreShadow(start);
        _tail = _known = _words[1] = start;
    }

    private enum Device
    {
        Looks,
        SaysWhere,
        LooksAgain,
        Asleep,
    }

    public long Writes => _driver.Writes;

    /// <summary>Plays a schedule, then lets everything that has begun come to its end.</summary>
    /// <returns>Whether the controller sleeps and has not seen all that the driver told of.</returns>
    public bool Loses(ReadOnlySpan<int> schedule)
    {
        foreach (var actor in schedule) Step(actor);
        if (_isStored) StepDriver();
        Drain();
        while (_onTheWay.Count != 0) Arrive();
        while (_device != Device.Asleep || _isRung) StepDevice();
        Dispose();
        return _known != _tail;
    }

    /// <summary>A ring of one step while the event index has a value that some device wrote.</summary>
    public void RingWithEventIndex(uint eventIndex)
    {
        _words[1] = eventIndex;
        StepDriver();
        StepDriver();
        _known = _tail;
    }

    public void Ring(int offset, uint value) => _onTheWay.Enqueue(value);

    public void Dispose() => NativeMemory.Free(_words);

    private void Step(int actor)
    {
        switch (actor)
        {
            case 0: StepDriver(); break;
            case 1: StepDevice(); break;
            case 2: Arrive(); break;
            default: Drain(); break;
        }
    }

    private void StepDriver()
    {
        if (_isStored)
        {
            _driver.WriteIfAwaited(_before, _size);
            _isStored = false;
            return;
        }

        // What the controller has fetched is free again at once, so that the driver comes round as far as it can.
        var room = _size - 1 - ((_tail + _size - _known) % _size);
        var length = Math.Min((uint)_lengths[_rings++ % _lengths.Count], room);
        if (length == 0) return;
        Drain();
        var visible = _words[0];
        _before = _driver.StoreShadow(_tail = (_tail + length) % _size);
        _isStored = true;
        if (_hasBarrier) return;
        _storeBuffer = _words[0];
        _words[0] = visible;
    }

    private void StepDevice()
    {
        switch (_device)
        {
            case Device.Asleep:
                if (_isRung) _device = Device.Looks;
                return;
            case Device.Looks:
                _isRung = false;
                if (!Take()) _device = Device.SaysWhere;
                return;
            case Device.SaysWhere:
                _words[1] = _known;
                _device = Device.LooksAgain;
                return;
            default:
                _device = Take() ? Device.Looks : Device.Asleep;
                return;
        }
    }

    private bool Take()
    {
        if (_words[0] == _known) return false;
        _known = _words[0];
        return true;
    }

    private void Arrive() => _isRung |= _onTheWay.TryDequeue(out _);

    private void Drain()
    {
        if (_storeBuffer is { } value) _words[0] = value;
        _storeBuffer = null;
    }
}
