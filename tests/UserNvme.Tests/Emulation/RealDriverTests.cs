using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulation;

public class RealDriverTests
{
    [Theory]
    [InlineData("", EmulatedHostKind.Thread)]
    [InlineData("?host=inline", EmulatedHostKind.Inline)]
    [InlineData("?block-size=4096&mdts=1&max-queues=1", EmulatedHostKind.Thread)]
    [InlineData("?doorbell-stride=4&latency=20us&write-cache=on", EmulatedHostKind.Thread)]
    public async Task The_driver_reads_back_what_it_wrote_and_leaves_no_trace_of_misuse(string options, EmulatedHostKind host)
    {
        var transport = EmulatedTransport.Open(options);
        Assert.Equal(host == EmulatedHostKind.Inline, transport.AutoStep);
        var controller = await NvmeController.OpenAsync(transport);
        var device = NvmeBlockDevice.Open(controller, new NamespaceId(1));
        var random = new Random(7);
        foreach (var length in new[] { device.Info.BlockSize, 65_536, 128 << 10, (128 << 10) + device.Info.BlockSize, 1 << 20 })
        {
            var written = new byte[length];
            var read = new byte[length];
            random.NextBytes(written);
            var offset = random.Next(1000) * (long)device.Info.BlockSize;

            await device.WriteAsync(written, offset);
            await device.FlushAsync();
            await device.ReadAsync(read, offset);

            Assert.Equal(written, read);
        }

        await device.WriteZeroesAsync(0, 1 << 20);
        await device.DeallocateAsync(1 << 20, 1 << 20);
        await controller.DisposeAsync();
        Assert.Empty(transport.Controller.RecordedFaults);
        Assert.Equal(0, transport.Controller.Domain.MappingCount);
    }
}
