using System.Buffers.Binary;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using UserNvme.Block;

namespace UserNvme.Worker;

/// <summary>Writes numbered blocks and reads them back, many at a time, until the host stops it; says every second how many.</summary>
internal sealed class Load([FromKeyedServices("data")] IBlockDevice disk, IOptions<LoadOptions> options) : BackgroundService
{
    private const int Bytes = 4096;
    private long _reads;
    private long _writes;
    private long _mismatches;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var info = disk.Info;
        var writes = options.Value.DestroyData || info.Address.StartsWith("emulated:", StringComparison.Ordinal);
        Console.WriteLine($"opened {info.Address} namespace {info.NamespaceId}: {info.Length} bytes, {(writes ? "writing and reading" : "reading only (Worker:DestroyData=true lets it write)")}");
        var loops = Math.Clamp(options.Value.InFlight, 1, (int)Math.Min(1024, info.Length / Bytes));
        var tasks = Enumerable.Range(0, loops).Select(i => LoopAsync(i, loops, writes, stoppingToken)).Append(ReportAsync(stoppingToken)).ToArray();
        try
        {
            await Task.WhenAll(tasks);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was under way has ended: this is the host's wish, not an error.
        }
        catch
        {
            Environment.ExitCode = 1;
            throw;
        }
        finally
        {
            Report();
        }
    }

    private async Task LoopAsync(int index, int loops, bool writes, CancellationToken stop)
    {
        using var buffer = disk.RentBuffer(Bytes);
        var memory = buffer.Memory[..Bytes];
        var places = disk.Info.Length / Bytes / loops;
        for (long n = 0; !stop.IsCancellationRequested; n++)
        {
            var offset = ((n % places * loops) + index) * Bytes;
            var mark = (n << 16) | (uint)index;
            if (writes)
            {
                Fill(memory.Span, mark);
                await disk.WriteAsync(memory, offset, cancellationToken: stop);
                Interlocked.Increment(ref _writes);
                memory.Span.Clear();
            }

            await disk.ReadAsync(memory, offset, stop);
            Interlocked.Increment(ref _reads);
            if (!writes || Holds(memory.Span, mark)) continue;
            Interlocked.Increment(ref _mismatches);
            Environment.ExitCode = 1;
        }
    }

    private async Task ReportAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (await timer.WaitForNextTickAsync(stop)) Report();
    }

    private void Report() => Console.WriteLine($"{Interlocked.Read(ref _writes)} writes, {Interlocked.Read(ref _reads)} reads, {Interlocked.Read(ref _mismatches)} mismatches");

    private static void Fill(Span<byte> block, long mark)
    {
        for (var i = 0; i < block.Length; i += sizeof(long))
            BinaryPrimitives.WriteInt64LittleEndian(block[i..], mark + ((long)i << 48));
    }

    private static bool Holds(ReadOnlySpan<byte> block, long mark)
    {
        for (var i = 0; i < block.Length; i += sizeof(long))
        {
            if (BinaryPrimitives.ReadInt64LittleEndian(block[i..]) != mark + ((long)i << 48)) return false;
        }

        return true;
    }
}
