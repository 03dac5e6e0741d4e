using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using UserNvme.Interop;
using UserNvme.Queues;

namespace UserNvme.Benchmarks;

/// <summary>The way of an operation from another thread to a reactor.</summary>
public class HopBenchmarks
{
    private const int Items = 1024;
    private readonly MpscQueue<Item> _queue = new();
    private readonly Item[] _items = [.. Enumerable.Range(0, Items).Select(_ => new Item())];
    private readonly Item _item = new();
    private Reactor _reactor = null!;

    [GlobalSetup]
    public void Open()
    {
        _reactor = Reactor.Acquire(Environment.ProcessorCount - 1, this, NullLogger.Instance);
        // Who spins on the reactor's own core keeps it from answering.
        ThreadAffinity.PinTo(0);
    }

    /// <summary>Adding to the queue and taking all out, on one thread: the queue itself, without the other core.</summary>
    [Benchmark(OperationsPerInvoke = Items)]
    public int EnqueueAndTake()
    {
        foreach (var item in _items) _queue.Enqueue(item);
        var count = 0;
        for (ILinked<Item>? item = _queue.TakeAll(); item is not null; item = item.Next) count++;
        return count;
    }

    /// <summary>There and back between two cores: posted, run by the reactor, seen by the thread that posted, which spins.</summary>
    [Benchmark]
    public void PostAndSee()
    {
        _item.HasRun = false;
        _reactor.Post(_item);
        while (!_item.HasRun) Thread.SpinWait(1);
    }

    [GlobalCleanup]
    public void Close() => _reactor.Release(this);

    private sealed class Item : ReactorItem, ILinked<Item>
    {
        public volatile bool HasRun;

        Item? ILinked<Item>.Next { get; set; }

        internal override void Run() => HasRun = true;
    }
}
