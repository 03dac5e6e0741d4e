using System.Security.Cryptography;
using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulated;

/// <summary>What a user does with a block device, on the emulated controller.</summary>
public class BlockDeviceTests
{
    private static readonly NamespaceId s_first = new(1);

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    public async Task Data_written_at_any_length_and_offset_is_read_back(int blockSize)
    {
        await using var controller = await NvmeController.OpenAsync(Start(blockSize));
        var device = NvmeBlockDevice.Open(controller, s_first);
        var random = new Random(1);

        for (var i = 0; i < 200; i++)
        {
            var length = random.Next(1, (3 << 20) / blockSize) * blockSize;
            var offset = random.NextInt64(0, (device.Info.Length - length) / blockSize + 1) * blockSize;
            using var written = device.RentBuffer(length);
            using var read = device.RentBuffer(length);
            random.NextBytes(written.Memory.Span[..length]);
            await device.WriteAsync(written.Memory[..length], offset);
            await device.ReadAsync(read.Memory[..length], offset);

            Assert.True(written.Memory.Span[..length].SequenceEqual(read.Memory.Span[..length]), $"{length} bytes at {offset}");
        }
    }

    [Fact]
    public async Task Ordinary_memory_is_copied_through_dma_memory()
    {
        await using var controller = await NvmeController.OpenAsync(Start());
        var device = NvmeBlockDevice.Open(controller, s_first);
        var written = RandomNumberGenerator.GetBytes(5 << 20);
        var read = new byte[written.Length];

        await device.WriteAsync(written, 512);
        await device.ReadAsync(read, 512);

        Assert.Equal(SHA256.HashData(written), SHA256.HashData(read));
    }

    private static EmulatedTransport Start(int blockSize = 512) =>
        EmulatedTransport.Open($"?size=64M&block-size={blockSize}");
}
