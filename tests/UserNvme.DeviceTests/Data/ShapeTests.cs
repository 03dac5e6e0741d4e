using System.Runtime.InteropServices;
using System.Security.Cryptography;
using UserNvme.DeviceTests.Device;

namespace UserNvme.DeviceTests.Data;

/// <summary>Reads and writes of all shapes give back what was written.</summary>
public class ShapeTests
{
    [Fact]
    public async Task Data_written_at_any_length_and_offset_is_read_back()
    {
        await using var bench = await Bench.OpenAsync();
        var random = new Random(1);

        for (var i = 0; i < 80; i++)
        {
            var length = bench.Length(random, 3 << 20);
            var offset = bench.Place(random, length);
            using var written = bench.Disk.RentBuffer(length);
            using var read = bench.Disk.RentBuffer(length);
            random.NextBytes(written.Memory.Span[..length]);
            await bench.Disk.WriteAsync(written.Memory[..length], offset);
            await bench.Disk.ReadAsync(read.Memory[..length], offset);

            Assert.True(written.Memory.Span[..length].SequenceEqual(read.Memory.Span[..length]), $"{length} bytes at {offset}");
        }
    }

    [Fact]
    public async Task Ordinary_memory_is_copied_through_dma_memory()
    {
        await using var bench = await Bench.OpenAsync();
        var written = RandomNumberGenerator.GetBytes(5 << 20);
        var read = new byte[written.Length];

        await bench.Disk.WriteAsync(written, bench.BlockSize);
        await bench.Disk.ReadAsync(read, bench.BlockSize);

        Assert.Equal(SHA256.HashData(written), SHA256.HashData(read));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lengths_around_a_block_a_page_and_the_largest_transfer_are_read_back(bool dmaMemory)
    {
        await using var bench = await Bench.OpenAsync();
        var (block, most) = (bench.BlockSize, bench.Disk.Info.MaxTransferBytes);
        int[] lengths = [block, 4096, 4096 + block, 8192, 8192 + block, most - block, most, most + block, (2 * most) + block];
        var random = new Random(3);

        foreach (var length in lengths)
        {
            var offset = (long)block * random.Next(1, 9);
            using var owner = bench.Disk.RentBuffer(length);
            var written = dmaMemory ? owner.Memory[..length] : new byte[length];
            var read = new byte[length];
            random.NextBytes(written.Span);
            await bench.Disk.WriteAsync(written, offset);
            await bench.Disk.ReadAsync(read, offset);

            Assert.True(written.Span.SequenceEqual(read), $"{length} bytes at {offset}");
        }
    }

    [Fact]
    public async Task A_write_changes_its_blocks_and_not_one_beside_them()
    {
        await using var bench = await Bench.OpenAsync();
        var expected = RandomNumberGenerator.GetBytes(64 * bench.BlockSize);
        var read = new byte[expected.Length];
        await bench.Disk.WriteAsync(expected, 0);

        foreach (var (first, count) in new[] { (0, 1), (7, 1), (8, 8), (9, 15), (63, 1) })
        {
            var part = expected.AsMemory(first * bench.BlockSize, count * bench.BlockSize);
            RandomNumberGenerator.Fill(part.Span);
            await bench.Disk.WriteAsync(part, (long)first * bench.BlockSize);
        }

        await bench.Disk.ReadAsync(read, 0);
        Assert.Equal(expected, read);
    }

    [Fact]
    public async Task The_last_block_is_written_and_read()
    {
        await using var bench = await Bench.OpenAsync();
        var written = RandomNumberGenerator.GetBytes(bench.BlockSize);
        var read = new byte[written.Length];

        await bench.Disk.WriteAsync(written, bench.Disk.Info.Length - bench.BlockSize);
        await bench.Disk.ReadAsync(read, bench.Disk.Info.Length - bench.BlockSize);

        Assert.Equal(written, read);
    }

    [Fact]
    public async Task Scattered_memory_of_any_shape_is_read_and_written_in_order()
    {
        await using var bench = await Bench.OpenAsync();
        var (device, block) = (bench.Disk, bench.BlockSize);
        var random = new Random(7);
        using var first = device.RentBuffer(1 << 20);
        using var second = device.RentBuffer(1 << 20);
        using var back = device.RentBuffer(4 << 20);

        for (var round = 0; round < 200; round++)
        {
            var pieces = new List<ReadOnlyMemory<byte>>();
            for (var i = random.Next(1, 12); i > 0; i--) pieces.Add(Piece(random, first.Memory, second.Memory));
            var rest = pieces.Sum(p => p.Length) % block;
            if (rest != 0 || pieces.All(p => p.IsEmpty)) pieces.Add(new byte[block - rest]);
            foreach (var piece in pieces) random.NextBytes(MemoryMarshal.AsMemory(piece).Span);
            var expected = pieces.SelectMany(p => p.ToArray()).ToArray();

            await device.WriteAsync(pieces, 4096);
            var read = back.Memory[..expected.Length];
            await device.ReadAsync([read[..block], read[block..]], 4096);

            Assert.True(expected.AsSpan().SequenceEqual(read.Span), $"round {round}: {string.Join(",", pieces.Select(p => p.Length))}");
        }
    }

    [Fact]
    public async Task Written_through_and_flushed_data_is_read_back()
    {
        await using var bench = await Bench.OpenAsync();
        var written = RandomNumberGenerator.GetBytes(300 << 10);
        var read = new byte[written.Length];

        await bench.Disk.WriteAsync(written, 1 << 20, forceUnitAccess: true);
        await bench.Disk.FlushAsync();
        await bench.Disk.ReadAsync(read, 1 << 20);

        Assert.Equal(written, read);
    }

    private static ReadOnlyMemory<byte> Piece(Random random, Memory<byte> first, Memory<byte> second) => random.Next(5) switch
    {
        0 => new byte[random.Next(1, 3000)],
        1 => first.Slice(random.Next(200) * 4096, 4096 * random.Next(1, 8)),
        2 => second.Slice(random.Next(1000) * 512, 512 * random.Next(1, 40)),
        3 => second.Slice(random.Next(100_000), random.Next(1, 3000)),
        _ => Memory<byte>.Empty,
    };
}
