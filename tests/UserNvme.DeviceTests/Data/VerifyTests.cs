using System.Diagnostics;
using System.Globalization;
using UserNvme.Block;
using UserNvme.DeviceTests.Device;

namespace UserNvme.DeviceTests.Data;

/// <summary>
/// Writes and reads of random sizes at random places, many at once, against a copy in memory. As long as USERNVME_VERIFY_SECONDS says, or a
/// fixed number of rounds: ten minutes of it are what a new target is accepted by.
/// </summary>
public class VerifyTests(ITestOutputHelper output)
{
    private const string Variable = "USERNVME_VERIFY_SECONDS";
    private const int Workers = 8;
    private const int Part = Bench.Area / Workers;
    private const int Rounds = 150;

    [Fact]
    public async Task Every_read_of_random_sizes_finds_what_was_written_last()
    {
        var seconds = double.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out var given) ? given : 0;
        await using var bench = await Bench.OpenAsync(new() { Cores = Cores.Two });
        var clock = Stopwatch.StartNew();

        var totals = await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() =>
            WorkAsync(bench, worker, round => seconds > 0 ? clock.Elapsed.TotalSeconds < seconds : round < Rounds))));

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{totals.Sum(t => t.Operations):N0} operations, {totals.Sum(t => t.Bytes):N0} bytes in {clock.Elapsed.TotalSeconds:0.0} s: no mismatch."));
    }

    private static async Task<(long Operations, long Bytes)> WorkAsync(Bench bench, int worker, Func<int, bool> goesOn)
    {
        var random = new Random(worker);
        var model = new byte[Part];
        var start = (long)worker * Part;
        random.NextBytes(model);
        await bench.Disk.WriteAsync(model, start);
        using var dma = bench.Disk.RentBuffer(1 << 20);
        long operations = 1, bytes = Part;
        for (var round = 0; goesOn(round); round++)
        {
            // Every order of magnitude as often as the others, up to 1 MiB; one write to two reads.
            var length = Math.Max(bench.BlockSize, (int)Math.Pow(2, 9 + (random.NextDouble() * 11)) / bench.BlockSize * bench.BlockSize);
            var offset = (int)bench.Place(random, length, Part);
            var memory = random.Next(2) == 0 ? dma.Memory[..length] : new byte[length];
            if (random.Next(3) == 0)
            {
                random.NextBytes(memory.Span);
                memory.CopyTo(model.AsMemory(offset));
                await bench.Disk.WriteAsync(memory, start + offset);
            }
            else
            {
                memory.Span.Fill(0xDB);
                await bench.Disk.ReadAsync(memory, start + offset);
                Check(memory.Span, model.AsSpan(offset, length), worker, round, offset);
            }

            (operations, bytes) = (operations + 1, bytes + length);
        }

        var all = new byte[Part];
        await bench.Disk.ReadAsync(all, start);
        Check(all, model, worker, -1, 0);
        return (operations + 1, bytes + Part);
    }

    private static void Check(ReadOnlySpan<byte> read, ReadOnlySpan<byte> expected, int worker, int round, int offset)
    {
        var same = read.CommonPrefixLength(expected);
        Assert.True(same == read.Length, $"worker {worker}, round {round}: {read.Length} bytes at {offset} of its part differ from byte {same} on");
    }
}
